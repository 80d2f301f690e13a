"""What every tenant's callers may hear from us while they wait, are called back, or are asked what they think. Pure.

A phrase is a file `<language>/<name>.wav` beside the switch's other sounds; `manage.py speak_phrases` makes those that
are missing. Figures are told by `spoken`, piece after piece. The functions return names as they stand below the
language's folder, without `.wav`, in the order they are to be played.
"""

from telephony.speech.spoken import number

LANGUAGES = ("zh", "en")
LONGEST_POSITION = 99
LONGEST_MINUTES = 60

PHRASES: dict[str, dict[str, str]] = {
    # --- while waiting ---
    "next-in-line": {"zh": "您前面没有人了，下一位就是您。", "en": "You are next in line."},
    "position-before": {"zh": "您排在第", "en": "You are number"},
    "position-after": {"zh": "位。", "en": "in line."},
    "position-far": {
        "zh": "您前面还有一百位以上的来电。",
        "en": "More than one hundred callers are before you.",
    },
    "wait-before": {"zh": "预计等待约", "en": "The expected wait is about"},
    "wait-after": {"zh": "分钟。", "en": "minutes."},
    "wait-under-one": {"zh": "预计等待不到一分钟。", "en": "The expected wait is less than one minute."},
    "wait-one": {"zh": "预计等待约一分钟。", "en": "The expected wait is about one minute."},
    "wait-long": {"zh": "预计等待超过一小时。", "en": "The expected wait is more than one hour."},
    "please-hold": {"zh": "座席正忙，请您稍候。", "en": "Our agents are busy. Please hold the line."},
    "thanks-for-waiting": {"zh": "感谢您的耐心等待。", "en": "Thank you for waiting."},
    "offer-callback": {
        "zh": "如需保留排队位置，由我们给您回电，请按",
        "en": "To keep your place and be called back, press",
    },
    "offer-voicemail": {"zh": "如需留言，请按", "en": "To leave a message, press"},
    "offer-stay": {"zh": "或者继续等待。", "en": "Or stay on the line."},
    "all-busy": {"zh": "抱歉，暂时没有座席可以接听。", "en": "We are sorry. Nobody can take your call now."},
    "agent-unavailable": {
        "zh": "您要找的座席暂时无法接听。",
        "en": "The person you asked for cannot take your call now.",
    },
    # --- called back ---
    "callback-promised": {
        "zh": "好的，我们会按您现在的排队位置，拨打您来电的号码。再见。",
        "en": "Your place is kept. We will call you back at the number you are calling from. Goodbye.",
    },
    "callback-refused": {
        "zh": "抱歉，目前无法给您回电。",
        "en": "We are sorry. We cannot call you back now.",
    },
    "callback-waiting": {
        "zh": "您有一个回电正在排队。保留请按一，取消请按二。",
        "en": "A callback is waiting for you. To keep it, press 1. To cancel it, press 2.",
    },
    "callback-kept": {"zh": "您的回电已保留。", "en": "Your callback is kept."},
    "callback-cancelled": {"zh": "您的回电已取消。", "en": "Your callback is cancelled."},
    "callback-hello": {
        "zh": "您好，这是您预约的回电，正在为您接通，请稍候。",
        "en": "Hello. This is the callback you asked for. Please hold, you are being connected.",
    },
    # --- an agent's own number is rung ---
    "press-one": {
        "zh": "呼叫中心来电。接听请按一。",
        "en": "A call from your call centre. To take it, press 1.",
    },
    # --- one of ours is on call ---
    "urgent-case": {
        "zh": "紧急支持请求，正在等您处理。接手请按一。",
        "en": "An urgent support case is waiting for you. To take it on, press 1.",
    },
    "urgent-case-taken": {
        "zh": "谢谢，此请求已由您接手。再见。",
        "en": "Thank you. The case is yours. Goodbye.",
    },
    "ring-test": {
        "zh": "这是一次测试，没有待处理的请求。确认电话可用，请按一。",
        "en": "This is a test. No case is waiting. To show that your telephone works, press 1.",
    },
    "ring-test-taken": {
        "zh": "谢谢，您的电话可以接到呼叫。再见。",
        "en": "Thank you. Your telephone works. Goodbye.",
    },
    # --- keys ---
    "wrong-key": {"zh": "按键有误，请重新输入。", "en": "That key is not in use. Please try again."},
    "no-key": {"zh": "没有收到您的按键。", "en": "We did not receive a key."},
    "one-moment": {"zh": "正在查询，请稍候。", "en": "One moment, please."},
    "goodbye": {"zh": "感谢您的来电，再见。", "en": "Thank you for calling. Goodbye."},
    # --- what callers think ---
    "survey-invite": {
        "zh": "请您对本次服务作出评价。",
        "en": "Please tell us what you think of this call.",
    },
    "survey-csat": {
        "zh": "请按一到五评分，五分为非常满意，一分为非常不满意。",
        "en": "Press 1 to 5. 5 is very satisfied, 1 is very dissatisfied.",
    },
    "survey-nps": {
        "zh": "您有多大可能向朋友推荐我们？请输入零到十，按井号键结束。",
        "en": "How likely are you to recommend us to a friend? Enter 0 to 10, then the hash key.",
    },
    "survey-comment": {
        "zh": "请在提示音后说出您的意见，完成后请按井号键。",
        "en": "Please say what you think after the tone, then press the hash key.",
    },
    "survey-thanks": {"zh": "感谢您的评价，再见。", "en": "Thank you for your answer. Goodbye."},
}


def position(place: int, language: str) -> list[str]:
    """ "You are number 7 in line": `place` counts from 1."""
    if place <= 1:
        return ["next-in-line"]
    if place > LONGEST_POSITION:
        return ["position-far"]
    return ["position-before", *number(place, language), "position-after"]


def expected_wait(seconds: float, language: str) -> list[str]:
    """Told in minutes, rounded up, so that nobody is promised less than is expected."""
    minutes = -(-int(seconds) // 60)
    if seconds < 60:
        return ["wait-under-one"]
    if minutes > LONGEST_MINUTES:
        return ["wait-long"]
    if minutes == 1:
        return ["wait-one"]
    return ["wait-before", *number(minutes, language), "wait-after"]


def offer(name: str, key: str, language: str) -> list[str]:
    """`offer-callback` or `offer-voicemail` with its key, 0-9, * or #."""
    del language  # a key is one piece in every language
    return [name, f"words/{_KEY_WORDS.get(key, key)}"]


_KEY_WORDS = {"*": "star", "#": "hash"}
