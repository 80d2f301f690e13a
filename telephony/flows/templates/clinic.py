"""A clinic: what cannot wait is told first; appointments, results, prescriptions; out of hours a callback."""

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
)

TEMPLATE = Template(
    key="clinic",
    name=("诊所预约", "Clinic"),
    about=(
        "开头提示急症拨打急救电话；预约挂号、检查结果、处方续开；下班后登记回拨。",
        "Emergencies are told where to turn first; appointments, results, prescriptions; a callback out of hours.",
    ),
    prompts={
        "emergency": (
            "您好。如遇急症，请立即挂机并拨打急救电话 120。",
            "Hello. In an emergency, hang up now and call the emergency number.",
        ),
        "main_menu": (
            "预约挂号请按 1，取消或改期请按 2，检查结果请按 3，处方续开请按 4，人工服务请按 0，重听请按星号键。",
            "To make an appointment press 1, to move or cancel one press 2, for test results press 3, "
            "for a repeat prescription press 4, for a person press 0, and to hear this again press star.",
        ),
        "results": (
            "检查结果一般在三个工作日后出具，届时会以短信通知您。如未收到，请按 0 咨询。",
            "Results take about three working days, and we send you a message. If none has come, press 0 to ask.",
        ),
        "results_menu": (
            "人工服务请按 0，结束请直接挂机。",
            "For a person press 0; otherwise you may hang up.",
        ),
        "birth_date": (
            "请输入患者的八位出生日期，例如一九八零年一月二日，请输入 1 9 8 0 0 1 0 2。",
            "Please enter the patient's date of birth with eight digits: year, month, day.",
        ),
        "closed": (
            "您好，诊所已下班，应诊时间为每天九点到十八点。",
            "The clinic is closed. We are here every day from nine to six.",
        ),
        "callback": (
            "我们会在上班后给您回电。",
            "We will call you back as soon as we are open.",
        ),
        "goodbye": GOODBYE,
    },
    queues={"desk": ("预约前台", "Reception"), "nurse": ("护士咨询", "Nurses")},
    hours={"clinic": "every_day"},
    nodes=(
        say("urgent", ("急症提示", "Emergencies"), "emergency", "open"),
        hours("open", ("应诊时间", "Hours"), "clinic", "main", "closed"),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="born",
            k2="born",
            k3="results",
            k4="nurse",
            k0="desk",
            otherwise="desk",
        ),
        Drawn(
            "born",
            "collect",
            ("出生日期", "Date of birth"),
            {"prompt": "birth_date", "name": "birth_date", "min": 8, "max": 8, "tries": 2},
            {"next": "desk", "failed": "desk"},
        ),
        to_queue("desk", ("前台", "Reception"), "desk"),
        answer("results", ("检查结果", "Results"), "results", "more"),
        menu("more", ("还有问题", "Anything else"), "results_menu", k0="nurse", otherwise="bye"),
        to_queue("nurse", ("护士", "Nurses"), "nurse"),
        say("closed", ("已下班", "Closed"), "closed", "back"),
        Drawn(
            "back",
            "callback",
            ("登记回拨", "Callback"),
            {"queue": "desk", "prompt": "callback"},
            {"refused": "bye"},
        ),
        goodbye(),
    ),
)
