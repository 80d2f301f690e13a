"""A carrier: the parcel's number before a person is asked, collection, claims first for those who send often."""

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
    key="logistics",
    name=("物流查件", "Parcels"),
    about=(
        "查件先输入运单号；寄件、理赔分组；大客户直接转专席。",
        "The parcel's number first; collections and claims apart; large customers straight to their own team.",
    ),
    prompts={
        "welcome": ("您好，欢迎致电快递服务热线。", "Hello, this is the parcel service."),
        "main_menu": (
            "查件催件请按 1，上门取件请按 2，破损丢失理赔请按 3，运费时效请按 4，人工服务请按 0，重听请按星号键。",
            "To ask about a parcel press 1, to have one collected press 2, for damage or loss press 3, "
            "for prices and times press 4, for a person press 0, and to hear this again press star.",
        ),
        "parcel_number": (
            "请输入运单号，按井号键结束。",
            "Please enter the parcel's number, then press hash.",
        ),
        "not_understood": (
            "没有收到运单号，正在为您转接人工。",
            "We did not get the number. A person will help you.",
        ),
        "prices": (
            "同城当日达，省内次日达，跨省两到三天。首重一公斤，具体运费以下单页面为准。",
            "Within the city parcels arrive the same day, within the province the next, elsewhere in two or three. "
            "The order page shows the price.",
        ),
        "closed": (
            "您好，人工服务时间为每天九点到十八点，查件可以使用官方网站。",
            "Our team is here every day from nine to six. Parcels can be followed on our website at any time.",
        ),
        "leave_message": (
            "请在提示音后留下运单号和问题。",
            "Please leave the parcel's number and your question after the tone.",
        ),
        "goodbye": GOODBYE,
    },
    queues={
        "parcels": ("查件组", "Parcels"),
        "collection": ("取件组", "Collection"),
        "claims": ("理赔组", "Claims"),
        "key_accounts": ("大客户专席", "Key accounts"),
    },
    hours={"service": "every_day"},
    nodes=(
        Drawn(
            "large",
            "condition",
            ("是否大客户", "Large customer?"),
            {
                "branches": (
                    {
                        "exit": "large",
                        "name": ("大客户", "Large customers"),
                        "when": [{"field": "level", "op": "one_of", "value": ["vip", "gold"]}],
                    },
                )
            },
            {"large": "key", "else": "open"},
        ),
        to_queue("key", ("大客户专席", "Key accounts"), "key_accounts"),
        hours("open", ("服务时间", "Hours"), "service", "welcome", "closed"),
        say("welcome", ("欢迎词", "Welcome"), "welcome", "main"),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="parcel",
            k2="collect",
            k3="hurt",
            k4="prices",
            k0="parcels",
            otherwise="parcels",
        ),
        Drawn(
            "parcel",
            "collect",
            ("运单号", "Parcel's number"),
            {"prompt": "parcel_number", "name": "parcel", "min": 8, "max": 20, "seconds": 8, "tries": 2},
            {"next": "parcels", "failed": "sorry"},
        ),
        say("sorry", ("未收到单号", "No number"), "not_understood", "parcels"),
        to_queue("parcels", ("查件坐席", "Parcels"), "parcels"),
        to_queue("collect", ("取件坐席", "Collection"), "collection"),
        Drawn("hurt", "set", ("理赔优先", "Claims first"), {"priority": 60}, {"next": "claims"}),
        to_queue("claims", ("理赔坐席", "Claims"), "claims"),
        answer("prices", ("运费时效", "Prices"), "prices", "bye"),
        say("closed", ("非服务时间", "Closed"), "closed", "message"),
        to_voicemail("message", ("留言", "Message"), "parcels", "leave_message"),
        goodbye(),
    ),
)
