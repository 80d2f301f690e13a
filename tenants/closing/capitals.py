"""Yuan in the capital digits that papers of money carry (人民币大写), which nobody alters with a stroke."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
MOST = Decimal(10) ** 16


def in_capitals(amount: Decimal) -> str:
    """`人民币壹仟零陆拾元零伍分`; to the fen, whole amounts end in 整. Amounts below 10^16."""
    fen = int(abs(amount) * 100)
    if Decimal(fen) != abs(amount) * 100 or abs(amount) >= MOST:
        raise ValueError(amount)
    yuan, parts = divmod(fen, 100)
    jiao, rest = divmod(parts, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if not parts:
        text = f"{text or '零元'}整"
    else:
        text += f"{DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
        text += f"{DIGITS[rest]}分" if rest else "整"
    return f"人民币{'负' if amount < 0 else ''}{text}"


def _whole(number: int) -> str:
    """Four digits at a time; however many noughts stand between two digits, one 零 is said."""
    text, is_gap = "", False
    for place in range(len(GROUPS) - 1, -1, -1):
        group = number // 10_000**place % 10_000
        if not group:
            is_gap = is_gap or bool(text)
            continue
        if text and (is_gap or group < 1000):
            text += DIGITS[0]
        text, is_gap = text + _four(group) + GROUPS[place], False
    return text


def _four(group: int) -> str:
    text, is_gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            is_gap = is_gap or bool(text)
            continue
        text += (DIGITS[0] if is_gap else "") + DIGITS[digit] + PLACES[place]
        is_gap = False
    return text
