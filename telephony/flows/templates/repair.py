"""Repairs: the caller's order number first, then the appliance; who cannot wait is called back."""

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
    key="repair",
    name=("家电报修", "Repairs"),
    about=(
        "报修前先输入工单号；按家电类别分组；可以登记回拨，下班后留言。",
        "The job number first, then the appliance; a callback for those who cannot wait.",
    ),
    prompts={
        "welcome": ("您好，欢迎致电报修热线。", "Hello, this is the repair line."),
        "main_menu": (
            "新报修请按 1，查询维修进度请按 2，收费标准请按 3，人工服务请按 0，重听请按星号键。",
            "For a new repair press 1, to ask how a repair is going press 2, for prices press 3, "
            "for a person press 0, and to hear this again press star.",
        ),
        "appliance_menu": (
            "冰箱洗衣机请按 1，空调请按 2，电视及其他请按 3，返回请按 9。",
            "For fridges and washing machines press 1, for air conditioning press 2, "
            "for televisions and all else press 3, to go back press 9.",
        ),
        "job_number": (
            "请输入您的工单号，按井号键结束。",
            "Please enter your job number, then press hash.",
        ),
        "prices": (
            "保修期内免费上门维修；保修期外上门检测费五十元，配件按实收取，师傅会先报价。",
            "Repairs under warranty are free. Otherwise a visit has a fixed price, "
            "and parts are told to you before any work begins.",
        ),
        "callback_offer": (
            "登记回拨请按 1，继续等候请按 2。",
            "To be called back press 1, to wait for a person press 2.",
        ),
        "callback": (
            "好的，我们会按您的排队顺序给您回电。",
            "Thank you. You keep your place, and we will call you.",
        ),
        "closed": (
            "您好，报修热线的服务时间为每天九点到十八点。",
            "The repair line is open every day from nine to six.",
        ),
        "leave_message": (
            "请在提示音后留下您的地址、家电和故障，我们会尽快联系您。",
            "Please leave your address, the appliance and what is wrong after the tone.",
        ),
        "goodbye": GOODBYE,
    },
    queues={
        "white": ("冰洗维修", "Fridges and washing machines"),
        "climate": ("空调维修", "Air conditioning"),
        "other": ("综合报修", "All other repairs"),
    },
    hours={"service": "every_day"},
    nodes=(
        hours("open", ("服务时间", "Hours"), "service", "welcome", "closed"),
        say("welcome", ("欢迎词", "Welcome"), "welcome", "main"),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="kind",
            k2="job",
            k3="prices",
            k0="other",
            otherwise="other",
        ),
        menu(
            "kind",
            ("家电类别", "Appliance"),
            "appliance_menu",
            k1="white",
            k2="offer",
            k3="other",
            k9="main",
            otherwise="other",
        ),
        to_queue("white", ("冰洗组", "Fridges, washing"), "white"),
        menu(
            "offer",
            ("是否回拨", "Wait or callback"),
            "callback_offer",
            k1="back",
            k2="cool",
            otherwise="cool",
        ),
        Drawn(
            "back",
            "callback",
            ("登记回拨", "Callback"),
            {"queue": "climate", "prompt": "callback"},
            {"refused": "cool"},
        ),
        to_queue("cool", ("空调组", "Air conditioning"), "climate"),
        Drawn(
            "job",
            "collect",
            ("工单号", "Job number"),
            {"prompt": "job_number", "name": "job_number", "min": 4, "max": 12, "tries": 2},
            {"next": "other", "failed": "other"},
        ),
        to_queue("other", ("综合组", "All else"), "other"),
        answer("prices", ("收费标准", "Prices"), "prices", "bye"),
        say("closed", ("非服务时间", "Closed"), "closed", "message"),
        to_voicemail("message", ("留言", "Message"), "other", "leave_message"),
        goodbye(),
    ),
)
