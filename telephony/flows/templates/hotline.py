"""A public hotline, day and night: older callers reach a person without any menu, everybody else by a short one."""

from telephony.flows.templates.shape import GOODBYE, Drawn, Template, answer, goodbye, menu, say, to_queue

TEMPLATE = Template(
    key="hotline",
    name=("公共服务热线", "Public hotline"),
    about=(
        "全天服务；带“老年人”标签的来电直接转人工；其他来电听简短菜单。",
        "Day and night; callers tagged as elderly go straight to a person, all others hear a short menu.",
    ),
    prompts={
        "welcome": ("您好，这里是公共服务热线。", "Hello, this is the public service line."),
        "language": (
            "普通话请按 1。For English, press 2.",
            "普通话请按 1。For English, press 2.",
        ),
        "elderly": (
            "您好，正在为您直接转接人工服务，请稍候。",
            "Hello. A person will speak with you in a moment. There is nothing to press.",
        ),
        "main_menu": (
            "办事咨询请按 1，投诉举报请按 2，意见建议请按 3，人工服务请按 0，重听请按星号键。",
            "For questions press 1, to report a problem press 2, to make a suggestion press 3, "
            "for a person press 0, and to hear this again press star.",
        ),
        "questions_menu": (
            "办公地址和时间请按 1，其他咨询请按 0。",
            "For our address and opening times press 1, for all else press 0.",
        ),
        "office": (
            "政务服务大厅工作日九点到十七点对外办公，办事请携带有效证件。",
            "The service hall is open on weekdays from nine to five. Please bring your identity papers.",
        ),
        "goodbye": GOODBYE,
    },
    queues={
        "citizens": ("综合受理", "General"),
        "reports": ("投诉举报", "Reports"),
        "elderly": ("老年人专席", "Elderly callers"),
    },
    nodes=(
        Drawn(
            "elder",
            "condition",
            ("是否老年人", "Elderly caller?"),
            {
                "branches": (
                    {
                        "exit": "elderly",
                        "name": ("老年人", "Elderly"),
                        "when": [{"field": "tags", "op": "has", "value": "老年人"}],
                    },
                    {
                        "exit": "senior",
                        "name": ("老年人（英文标签）", "Elderly (English tag)"),
                        "when": [{"field": "tags", "op": "has", "value": "elderly"}],
                    },
                )
            },
            {"elderly": "care", "senior": "care", "else": "welcome"},
        ),
        say("care", ("直接转人工", "Straight to a person"), "elderly", "carefirst"),
        Drawn("carefirst", "set", ("老年人优先", "Elderly first"), {"priority": 60}, {"next": "careq"}),
        to_queue("careq", ("老年人专席", "Elderly callers"), "elderly"),
        say("welcome", ("欢迎词", "Welcome"), "welcome", "lang"),
        Drawn(
            "lang",
            "language",
            ("语言选择", "Language"),
            {"prompt": "language", "keys": {"1": "zh", "2": "en"}, "seconds": 4},
            {"next": "main"},
        ),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="ask",
            k2="report",
            k3="citizens",
            k0="citizens",
            otherwise="citizens",
        ),
        menu(
            "ask",
            ("咨询菜单", "Questions"),
            "questions_menu",
            k1="office",
            k0="citizens",
            otherwise="citizens",
        ),
        answer("office", ("办公时间", "Opening times"), "office", "bye"),
        to_queue("report", ("举报坐席", "Reports"), "reports"),
        to_queue("citizens", ("综合坐席", "General"), "citizens"),
        goodbye(),
    ),
)
