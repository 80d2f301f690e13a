"""Calling operators: a row in the transaction of what it is for, sent afterwards, answered by a person."""

from datetime import datetime

from django.db import transaction

from tenants.context import enter_public
from tenants.service import errors, ways
from tenants.service.ladder import EVERYBODY, Waiting, step_due
from tenants.service.models import Case, CaseEntry, Page, PageTarget
from tenants.service.models.cases import Severity
from tenants.service.queries.cases import next_due
from tenants.service.queries.roster import cases_to_escalate, on_call, operators, pages_to_send, targets

MOST_TRIES = 5


def call_somebody(*, case: Case, level: int, at: datetime) -> list[Page]:
    """In the caller's transaction and the public schema. With nobody on call at this level, everybody is called."""
    people = [
        (one.operator_id, one.operator_name) for one in on_call(at, None if level == EVERYBODY else level)
    ]
    if level == EVERYBODY or not people:
        people = [(member.pk, str(member)) for member in operators()]
    known = targets()
    pages = [
        Page(
            case=case, operator_id=operator_id, operator_name=name[:120], level=level, asked_at=at,
            way=target.way, address=target.address,
        )
        for operator_id, name in people
        for target in [known.get(operator_id) or PageTarget()]
    ]  # fmt: skip
    Page.objects.bulk_create(pages)
    case.steps += 1
    case.save(update_fields=["steps"])
    CaseEntry.objects.create(
        case=case, kind=CaseEntry.Kind.ESCALATED, at=at, text=", ".join(name for _pk, name in people)[:2000]
    )
    return pages


def escalate(*, at: datetime) -> int:
    """One step of each case that waits too long; how many were taken."""
    taken = 0
    for found in cases_to_escalate(at):
        with enter_public(), transaction.atomic():
            case = Case.objects.select_for_update().get(pk=found.pk)
            level = _level_due(case, at)
            if level is not None:
                call_somebody(case=case, level=level, at=at)
                taken += 1
    return taken


def _level_due(case: Case, at: datetime) -> int | None:
    owed = next_due(case)
    if owed is None:
        return None
    owes_answer = case.responded_at is None
    if owes_answer and at <= owed and case.pages.filter(answered_at__isnull=False).exists():
        # Somebody has it in hand. When the answer itself is late it is everybody's business again.
        return None
    waiting = Waiting(
        is_urgent=owes_answer and case.severity == Severity.URGENT, opened_at=case.opened_at, due_at=owed,
        owed_from=case.opened_at, steps=case.steps,
    )  # fmt: skip
    return step_due(waiting, at)


def send_pages(*, at: datetime) -> int:
    """What waits to be sent, each once more at most each time; how many were taken. Not inside a transaction."""
    sent = 0
    for page in pages_to_send(MOST_TRIES):
        more = {"case": page.case.number, "level": str(page.level), "severity": page.case.severity}
        problem = ways.send(page.way, page.address, f"{page.case.number} · {page.case.subject}", more)
        sent += _note_sending(page.pk, problem, at)
    return sent


@transaction.atomic
def _note_sending(page_id: int, problem: str, at: datetime) -> bool:
    with enter_public():
        page = Page.objects.select_for_update().get(pk=page_id)
        page.tries += 1
        page.problem = problem[:120]
        if not problem:
            page.state, page.sent_at = Page.State.SENT, at
        elif page.tries >= MOST_TRIES:
            page.state = Page.State.FAILED
        page.save()
    return not problem


@transaction.atomic
def answer_page(*, page_id: int, by_name: str, at: datetime, way: str = Page.AnsweredWay.PAGE) -> Page:
    """ "I have it". The other calls of the same case are answered with it."""
    with enter_public():
        page = Page.objects.select_for_update(of=("self",)).select_related("case").filter(pk=page_id).first()
        if page is None:
            raise errors.PageNotFound
        if page.answered_at:
            return page
        answered = {"answered_at": at, "answered_by": by_name[:120], "answered_way": way}
        page.case.pages.filter(answered_at=None).update(**answered)
        Case.objects.filter(pk=page.case_id, handler="").update(handler=by_name[:120])
        page.refresh_from_db()
        return page
