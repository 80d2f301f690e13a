"""Customers of the demo tenants, with the numbers the demo's callers dial from, and tickets opened in their calls."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from telephony import demo_history
from telephony import queries as telephony
from tenants.demo import Cast
from ticketing import actions
from ticketing.models import Customer, Ticket

# Ranges that ring nobody: Chinese cards for machines (1400…), British numbers kept for drama (07700 900…).
CUSTOMER_NUMBERS = {
    "zh-hans": tuple(f"+861400555{n:04d}" for n in range(101, 113)),
    "en": tuple(f"+447700900{n:03d}" for n in range(101, 113)),
}
UNKNOWN_NUMBERS = {
    "zh-hans": tuple(f"+861400556{n:04d}" for n in range(201, 217)),
    "en": tuple(f"+447700900{n:03d}" for n in range(201, 217)),
}

PEOPLE = {
    "zh-hans": (
        ("王丽华", "vip", ["大客户", "冰箱"], "说话较快，喜欢直接说结论。"),
        ("张国庆", "gold", ["空调"], ""),
        ("刘晓燕", "standard", ["洗衣机"], ""),
        ("陈志明", "silver", ["电视", "以旧换新"], "下午三点以后方便接电话。"),
        ("杨秀英", "standard", [], ""),
        ("黄建军", "standard", ["投诉过"], "2025 年投诉过安装迟到，已补偿。"),
        ("周敏", "gold", ["冰箱"], ""),
        ("吴桂芳", "standard", [], ""),
        ("徐浩然", "standard", ["空调"], ""),
        ("孙雨桐", "vip", ["大客户"], "企业采购，开增值税专用发票。"),
    ),
    "en": (
        ("Eleanor Whitfield", "vip", ["cruise"], "Travels with a wheelchair; book ground-floor cabins."),
        ("James Okafor", "gold", ["business"], ""),
        ("Sophie Bennett", "standard", ["family"], ""),
        ("Oliver Grant", "silver", ["ski"], "Prefers calls after three."),
        ("Amelia Stone", "standard", [], ""),
        ("Harry Patel", "standard", ["complained"], "Late coach in 2025; compensated."),
        ("Isla Robertson", "gold", ["cruise"], ""),
        ("George Evans", "standard", [], ""),
        ("Grace Kelly-Moore", "standard", ["family"], ""),
        ("Noah Fraser", "vip", ["business"], "Company travel; invoices to accounts."),
    ),
}

TICKETS = {
    "zh-hans": (
        ("冰箱不制冷", "fault", 3, "冷藏室温度 12 度，已试过断电重启。", "resolved"),
        ("空调安装时间改约", "order", 2, "改到周六上午。", "open"),
        ("洗衣机脱水噪音大", "fault", 2, "", "pending"),
        ("发票抬头开错", "complaint", 3, "需要重开，公司名称少了“有限”。", "open"),
        ("以旧换新怎么折价", "question", 1, "", "closed"),
        ("送货迟到两次", "complaint", 4, "客户很生气，要求主管回电。", "open"),
    ),
    "en": (
        ("Cabin changed without notice", "complaint", 3, "Booked deck 4, given deck 2.", "resolved"),
        ("Move the Lisbon flight to Saturday", "order", 2, "Any flight before noon.", "open"),
        ("Transfer bus did not come", "complaint", 4, "Asks for a call from a supervisor.", "open"),
        ("Refund for cancelled ski pass", "question", 2, "", "pending"),
        ("Child seat in the hire car", "question", 1, "", "closed"),
        ("Name misspelt on the ticket", "fault", 3, "Passport says Okafor.", "open"),
    ),
}

_STEPS = {"open": (), "pending": ("pending",), "resolved": ("resolved",), "closed": ("resolved", "closed")}


def furnish(cast: Cast) -> None:
    """History first, so that tickets have calls to speak of; a second run finds everything there."""
    language = cast.tenant.language
    numbers = CUSTOMER_NUMBERS[language]
    demo_history.furnish_history(cast.tenant, numbers * 2 + UNKNOWN_NUMBERS[language])
    if Customer.objects.exists():
        actions.tell_everybody()
        return
    for (name, level, tags, note), number in zip(PEOPLE[language], numbers, strict=False):
        actions.create_customer(
            name=name,
            level=level,
            tags=tags,
            note=note,
            numbers=[number],
            language=language,
            country=cast.tenant.country,
            at=timezone.now(),
        )
    _open_tickets(cast, language, numbers)


def _open_tickets(cast: Cast, language: str, numbers: tuple[str, ...]) -> None:
    for (subject, kind, priority, description, state), number in zip(
        TICKETS[language], numbers, strict=False
    ):
        call = next((call for call in telephony.calls_of_number(number, 20) if call.agent), None)
        at = call.answered_at + timedelta(minutes=1) if call else timezone.now()
        member = call.agent.member if call else cast.agents[0].member
        ticket = actions.open_ticket(
            subject=subject,
            type=kind,
            priority=priority,
            description=description,
            customer_id=Customer.objects.get(phones__e164=number).pk,
            call_id=call.pk if call else None,
            assignee_id=member.pk,
            due_at=at + timedelta(days=2) if priority >= Ticket.Priority.HIGH else None,
            at=at,
            by=member,
        )
        for step in _STEPS[state]:
            actions.change_ticket_state(
                ticket_id=ticket.pk, state=step, at=at + timedelta(hours=3), by=member
            )
