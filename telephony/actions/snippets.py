"""Scripts and quick replies: nobody says or writes what nobody approved."""

from datetime import datetime

from django.db import transaction

from telephony.models import Snippet
from tenants.people.actions import record_audit
from tenants.people.policies import Member


@transaction.atomic
def approve_snippet(*, snippet_id: int, by: Member, at: datetime) -> bool:
    """Agents see it from now on; False when it was approved already or has no words yet."""
    row = Snippet.objects.select_for_update(no_key=True).filter(pk=snippet_id).first()
    if row is None or row.approved_at is not None or not row.texts.exists():
        return False
    row.approved_by, row.approved_at = by, at
    row.save()
    record_audit(verb="approved", subject=row, actor=by, after={"texts": _texts(row)})
    return True


@transaction.atomic
def unapprove_snippet(*, snippet_id: int) -> None:
    """Its words were changed: unseen until somebody approves them."""
    row = Snippet.objects.select_for_update(no_key=True).filter(pk=snippet_id).first()
    if row is None or row.approved_at is None:
        return
    before = {"approved_by": row.approved_by_id, "approved_at": row.approved_at}
    row.approved_by = row.approved_at = None
    row.save()
    record_audit(verb="approval lost", subject=row, before=before)


def _texts(row: Snippet) -> dict[str, str]:
    return {text.language: text.text for text in row.texts.all()}
