"""A bank: language first, a lost card before everything else and at any hour, the account by its last digits."""

from telephony.flows.templates.shape import (
    GOODBYE,
    Drawn,
    Template,
    answer,
    goodbye,
    hours,
    menu,
    say,
    to_queue,
    to_voicemail,
)

TEMPLATE = Template(
    key="bank",
    name=("银行热线", "Bank"),
    about=(
        "先选语言；挂失全天受理并优先接听；其他业务按工作时间转人工。",
        "Language first; lost cards at any hour and before all others; the rest in office hours.",
    ),
    prompts={
        "language": (
            "普通话请按 1。For English, press 2.",
            "普通话请按 1。For English, press 2.",
        ),
        "security": (
            "提醒您：工作人员不会向您索要密码或验证码。",
            "Remember: nobody who works here will ever ask for your password or a code sent to you.",
        ),
        "main_menu": (
            "银行卡挂失请按 1，账户业务请按 2，贷款咨询请按 3，网点营业时间请按 4，人工服务请按 0，重听请按星号键。",
            "For a lost or stolen card press 1, for your account press 2, for loans press 3, "
            "for opening times press 4, for a person press 0, and to hear this again press star.",
        ),
        "lost_card": (
            "正在为您优先转接挂失专线，请不要挂机。",
            "You are going to the front of the line. Please stay on the telephone.",
        ),
        "account_digits": (
            "请输入银行卡号后四位，按井号键结束。",
            "Please enter the last four digits of your card, then press hash.",
        ),
        "branches": (
            "各网点工作日九点到十七点营业，自助设备全天可用。",
            "Branches are open on weekdays from nine to five; machines work day and night.",
        ),
        "closed": (
            "人工服务时间为工作日九点到十八点。挂失请重新拨打并按 1。",
            "Our team is here on weekdays from nine to six. For a lost card, call again and press 1.",
        ),
        "leave_message": (
            "请在提示音后留言，请不要说出密码或完整卡号。",
            "Please leave a message after the tone, without any password or full card number.",
        ),
        "goodbye": GOODBYE,
    },
    queues={
        "lost_cards": ("挂失专线", "Lost cards"),
        "accounts": ("账户业务", "Accounts"),
        "loans": ("贷款咨询", "Loans"),
    },
    hours={"office": "weekdays"},
    nodes=(
        Drawn(
            "lang",
            "language",
            ("语言选择", "Language"),
            {"prompt": "language", "keys": {"1": "zh", "2": "en"}, "seconds": 4},
            {"next": "safety"},
        ),
        say("safety", ("安全提示", "Safety"), "security", "main"),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="first",
            k2="open",
            k3="openloans",
            k4="branches",
            k0="openall",
            otherwise="openall",
        ),
        Drawn("first", "set", ("挂失优先", "Lost cards first"), {"priority": 600}, {"next": "lost"}),
        say("lost", ("请勿挂机", "Stay on the line"), "lost_card", "lostq"),
        to_queue("lostq", ("挂失坐席", "Lost cards"), "lost_cards"),
        hours("open", ("账户业务时间", "Hours of accounts"), "office", "digits", "closed"),
        Drawn(
            "digits",
            "collect",
            ("卡号后四位", "Last four digits"),
            {"prompt": "account_digits", "name": "card_end", "min": 4, "max": 4, "tries": 2},
            {"next": "accounts", "failed": "accounts"},
        ),
        to_queue("accounts", ("账户坐席", "Accounts"), "accounts"),
        hours("openloans", ("贷款业务时间", "Hours of loans"), "office", "loans", "closed"),
        to_queue("loans", ("贷款坐席", "Loans"), "loans"),
        hours("openall", ("人工服务时间", "Hours"), "office", "accounts", "closed"),
        answer("branches", ("营业时间", "Opening times"), "branches", "bye"),
        say("closed", ("非工作时间", "Closed"), "closed", "message"),
        to_voicemail("message", ("留言", "Message"), "accounts", "leave_message"),
        goodbye(),
    ),
)
