"""What acme and its operator agreed on: an offered quote, an agreement waiting for signatures, and the rest of it."""

from datetime import timedelta
from decimal import Decimal


def furnish(tenant) -> None:
    """By the actions both sides use; terms that are billed are not touched."""
    from django.utils import timezone

    from tenants.context import enter_public
    from tenants.contracts.actions import agreements, quotes
    from tenants.contracts.models import CLAUSES, Agreement
    from tenants.models import Plan

    now = timezone.now()
    today = now.date()
    with enter_public():
        plan, _made = Plan.objects.get_or_create(
            code="agreed", defaults={"name": "Agreed", "currency": "CNY", "is_offered": False}
        )
    line = quotes.Line(
        kind="seats", label="Seats", billed="monthly", quantity=Decimal(20), unit_price=Decimal("99.90")
    )
    once = quotes.Line(
        kind="training", label="Training", billed="once", quantity=Decimal(1), unit_price=Decimal(1500)
    )
    for is_accepted in (True, False):
        offer = quotes.Offer(
            kind="new",
            plan=plan,
            seats=20,
            starts_on=today,
            term_months=12,
            modules=["quality"],
            valid_until=today + timedelta(days=30),
            currency="CNY",
            note="As talked about.",
        )
        quote = quotes.write_quote(tenant=tenant, offer=offer)
        for one in (line, once):
            quotes.add_line(quote_id=quote.pk, line=one)
        quotes.offer_quote(quote_id=quote.pk, at=now)
        if is_accepted:
            quotes.accept_quote(tenant=tenant, quote_id=quote.pk, at=now)
    with enter_public():
        drafted = Agreement.objects.get(tenant=tenant)
    words = dict.fromkeys(CLAUSES[3:], "As agreed on by both sides.")
    agreements.write_agreement(agreement_id=drafted.pk, values=words)
    project(tenant, now)


def project(tenant, now) -> None:
    from tenants.contracts.actions import partnership
    from tenants.contracts.actions import requirements as req

    today = now.date()
    for key, title in (("R-01", "Callers reach sales"), ("R-02", "Calls are recorded")):
        line = req.Line(key=key, title=title, setting="/flows/", test="Dial in and listen")
        req.write_requirement(tenant=tenant, line=line, at=now)
    req.confirm_requirements(tenant=tenant, at=now)
    wish = req.Wish(
        act="change", line=req.Line(key="R-02", title="", text="Only sales"), reason="Less to keep"
    )
    for is_approved in (True, False):
        change = req.request_change(
            tenant=tenant, wish=wish, at=now, impact=req.Impact(days=2, cost=Decimal(0))
        )
        if is_approved:
            req.approve_change(tenant=tenant, change_id=change.pk, at=now)
    together(tenant, today)
    story = partnership.Story(
        trade="Shop",
        title="Half the waiting",
        title_zh="等待减半",
        story="How Acme did it.",
        story_zh="做法。",
    )
    case = partnership.write_case(tenant=tenant, story=story, at=now)
    partnership.allow_case(tenant=tenant, case_id=case.pk, at=now)
    costs(tenant, now)


def together(tenant, today) -> None:
    from tenants.contracts.actions import partnership

    meeting = partnership.write_minutes(
        tenant=tenant, held_on=today, title="Monthly review", attendees="Olivia, Wang", minutes="All is well."
    )
    for days, side in ((-3, "vendor"), (9, "customer")):
        task = partnership.Task(
            what="Look at the queues", side=side, owner="Olivia", due_on=today + timedelta(days=days)
        )
        partnership.add_task(tenant=tenant, meeting_id=meeting.pk, task=task)
    partnership.begin_register(tenant=tenant, today=today)


def costs(tenant, now) -> None:
    from tenants.contracts.actions import money

    today = now.date()
    plan = money.Plan(
        name="This year", currency="CNY", first_month=today, months=12, contingency_percent=Decimal(10),
        posts={"service": Decimal(24000), "hardware": Decimal(5000)},
    )  # fmt: skip
    budget = money.write_budget(tenant=tenant, plan=plan)
    paid = money.Payment(post="hardware", spent_on=today, label="Headsets", amount=Decimal("5200.00"))
    money.add_spending(tenant=tenant, budget_id=budget.pk, payment=paid)
    figures = dict.fromkeys(
        (
            "hardware_per_seat",
            "hardware_once",
            "setup_once",
            "people",
            "pay",
            "lines",
            "power",
            "maintenance",
        ),
        "100",
    )
    money.keep_figures(
        tenant=tenant,
        kind="tco",
        inputs={"years": "3", "seats": "20", "seat_fee": "99.90", **figures},
        at=now,
    )
