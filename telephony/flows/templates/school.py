"""A school: an absence is told without waiting for anybody; admissions, fees and the office in their hours."""

from telephony.flows.templates.shape import (
    GOODBYE,
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
    key="school",
    name=("学校总机", "School"),
    about=(
        "请假随时留言；招生、收费咨询按工作时间转人工；开放日信息自助播报。",
        "Absences are recorded at any hour; admissions, fees and the office in their hours.",
    ),
    prompts={
        "welcome": ("您好，欢迎致电本校。", "Hello, and welcome to our school."),
        "main_menu": (
            "学生请假请按 1，招生咨询请按 2，学费缴纳请按 3，开放日安排请按 4，转办公室请按 0，重听请按星号键。",
            "To report an absence press 1, for admissions press 2, for fees press 3, for open days press 4, "
            "for the office press 0, and to hear this again press star.",
        ),
        "absence": (
            "请在提示音后说出学生姓名、班级、请假日期和原因。",
            "After the tone, please tell us the pupil's name and class, the days, and the reason.",
        ),
        "open_days": (
            "校园开放日为每月第一个星期六上午九点到十一点，无需预约。",
            "Open days are on the first Saturday of each month from nine to eleven. Come as you are.",
        ),
        "closed": (
            "您好，办公室的工作时间为工作日九点到十八点。",
            "The office is here on weekdays from nine to six.",
        ),
        "leave_message": (
            "请在提示音后留言，我们会在上班后给您回电。",
            "Please leave a message after the tone, and we will call you back.",
        ),
        "goodbye": GOODBYE,
    },
    queues={
        "admissions": ("招生办", "Admissions"),
        "fees": ("财务室", "Fees"),
        "office": ("学校办公室", "Office"),
    },
    hours={"office": "weekdays"},
    nodes=(
        say("welcome", ("欢迎词", "Welcome"), "welcome", "main"),
        menu(
            "main",
            ("主菜单", "Main menu"),
            "main_menu",
            k1="absent",
            k2="openadm",
            k3="openfees",
            k4="days",
            k0="open",
            otherwise="open",
        ),
        to_voicemail("absent", ("请假留言", "Absence"), "office", "absence"),
        hours("openadm", ("招生办时间", "Hours of admissions"), "office", "admit", "closed"),
        to_queue("admit", ("招生办", "Admissions"), "admissions"),
        hours("openfees", ("财务室时间", "Hours of fees"), "office", "fees", "closed"),
        to_queue("fees", ("财务室", "Fees"), "fees"),
        answer("days", ("开放日", "Open days"), "open_days", "bye"),
        hours("open", ("办公时间", "Office hours"), "office", "office", "closed"),
        to_queue("office", ("办公室", "Office"), "office"),
        say("closed", ("非工作时间", "Closed"), "closed", "message"),
        to_voicemail("message", ("留言", "Message"), "office", "leave_message"),
        goodbye(),
    ),
)
