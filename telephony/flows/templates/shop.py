"""A shop: orders and delivery, returns, advice before buying, complaints first in line."""

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
    key="shop",
    name=("网店客服", "Online shop"),
    about=(
        "订单与物流、退换货、售前咨询；投诉优先接听，下班后可以留言。",
        "Orders and delivery, returns, advice; complaints come first, a message out of hours.",
    ),
    prompts={
        "welcome": ("您好，欢迎致电客户服务热线。", "Hello, and welcome to customer service."),
        "closed": (
            "您好，人工服务时间为工作日九点到十八点，现在是非工作时间。",
            "Hello. Our team is here on weekdays from nine to six, and has gone home for today.",
        ),
        "leave_message": (
            "请在提示音后留下您的订单号和问题，我们会在下一个工作日回复您。",
            "Please leave your order number and your question after the tone. We will answer on the next working day.",
        ),
        "main_menu": (
            "订单和物流请按 1，退换货请按 2，售前咨询请按 3，投诉建议请按 4，人工服务请按 0，重听请按星号键。",
            "For orders and delivery press 1, for returns press 2, for advice before you buy press 3, "
            "to complain press 4, for a person press 0, and to hear this again press star.",
        ),
        "orders_menu": (
            "了解发货时间请按 1，查询或修改订单请按 2，返回上一级请按 9。",
            "For delivery times press 1, to ask about or change an order press 2, to go back press 9.",
        ),
        "delivery": (
            "下单后一般二十四小时内发货，一到三天送达。发货后您会收到带有快递单号的短信。",
            "Orders leave us within twenty-four hours and arrive in one to three days. "
            "A text message with the parcel's number comes as soon as yours is on its way.",
        ),
        "returns": (
            "收到商品七天内可以无理由退货。请在订单页面点击申请退货，快递员会上门取件。",
            "You may return goods within seven days. Choose return on the page of your order and we collect it.",
        ),
        "goodbye": GOODBYE,
    },
    queues={
        "orders": ("订单客服", "Orders"),
        "advice": ("售前咨询", "Advice"),
        "complaints": ("投诉处理", "Complaints"),
    },
    hours={"office": "weekdays"},
    nodes=(
        hours("open", ("工作时间", "Office hours"), "office", "welcome", "closed"),
        say("welcome", ("欢迎词", "Welcome"), "welcome", "main"),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="orders",
            k2="returns",
            k3="advice",
            k4="upset",
            k0="person",
            otherwise="person",
        ),
        menu(
            "orders",
            ("订单菜单", "Orders"),
            "orders_menu",
            k1="delivery",
            k2="person",
            k9="main",
            k0="person",
            otherwise="person",
        ),
        answer("delivery", ("发货时间", "Delivery times"), "delivery", "bye"),
        answer("returns", ("退货说明", "Returns"), "returns", "bye"),
        to_queue("advice", ("售前坐席", "Advice"), "advice"),
        Drawn("upset", "set", ("投诉优先", "Complaints first"), {"priority": 120}, {"next": "complaint"}),
        to_queue("complaint", ("投诉坐席", "Complaints"), "complaints"),
        to_queue("person", ("人工服务", "A person"), "orders"),
        say("closed", ("非工作时间", "Closed"), "closed", "message"),
        to_voicemail("message", ("留言", "Message"), "orders", "leave_message"),
        goodbye(),
    ),
)
