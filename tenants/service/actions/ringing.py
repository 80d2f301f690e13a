"""Telephone calls to whoever is on call: begun once, ended once; key 1 answers the page. The floor above dials."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from tenants.context import enter_public
from tenants.masking import mask_number
from tenants.service.actions.paging import answer_page
from tenants.service.models import Page, PageCall, PageTarget
from tenants.service.queries.ringing import due_now, has_way_out, pages_to_ring

Result = PageCall.Result
UNMADE_AFTER = timedelta(minutes=1)


@transaction.atomic
def begin_call(*, page_id: int, call_id: UUID, node: str, at: datetime) -> str:
    """To be kept before the switch is asked. The number to ring; "" when it is not due any more, or another worker
    has it.
    """
    with enter_public():
        operator_id = Page.objects.values_list("operator_id", flat=True).get(pk=page_id)
        # One telephone rings once at a time, whichever cell's worker comes first.
        target = PageTarget.objects.select_for_update().filter(operator_id=operator_id).first()
        if target is None or not due_now(at).filter(pk=page_id).exists():
            return ""
        PageCall.objects.create(
            call_id=call_id, page_id=page_id, masked_number=mask_number(target.phone), node=node[:40],
            started_at=at,
        )  # fmt: skip
    return target.phone


@transaction.atomic
def end_call(*, call_id: UUID, result: str, at: datetime, cause: str = "") -> None:
    """`at`: of what was taken on, the moment of the key. A key counts also where the call was given up for lost."""
    with enter_public():
        call = PageCall.objects.select_for_update().filter(call_id=call_id).first()
        if call is None or (call.ended_at and (result != Result.TAKEN or call.result == Result.TAKEN)):
            return
        call.result, call.ended_at, call.cause = result, at, cause[:40]
        call.save(update_fields=["result", "ended_at", "cause"])
        if result == Result.TAKEN:
            who = Page.objects.values_list("operator_name", flat=True).get(pk=call.page_id)
            answer_page(page_id=call.page_id, by_name=who, at=at, way=Page.AnsweredWay.PHONE)


@transaction.atomic
def note_unmade(*, at: datetime) -> int:
    """Once for each page that should have rung a while ago: why it did not. It rings as soon as it can."""
    with enter_public():
        waiting = pages_to_ring(at).filter(calls=None, asked_at__lte=at - UNMADE_AFTER)
        found = Page.objects.select_for_update(of=("self",)).filter(pk__in=waiting.values("pk"))
        if not found or PageCall.objects.filter(ended_at=None).exists():
            # Others are rung at this moment: these are next.
            return 0
        result = Result.NOT_MADE if has_way_out() else Result.NO_TRUNK
        made = [
            PageCall(call_id=uuid4(), page=page, started_at=at, ended_at=at, result=result) for page in found
        ]
        return len(PageCall.objects.bulk_create(made))
