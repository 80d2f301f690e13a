"""What the floors above tell of a caller, kept beside the numbers so that routing asks nobody else."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from telephony.models import CallerProfile

BATCH = 500


@transaction.atomic
def profile_caller(
    *, numbers: Iterable[str], level: str = "", tags: Sequence[str] = (), language: str = ""
) -> None:
    """All these numbers, in their stored spelling, are of one caller; told again the last telling counts."""
    profile_callers([(number, level, tags, language) for number in numbers])


@transaction.atomic
def profile_callers(known: Iterable[tuple[str, str, Sequence[str], str]]) -> int:
    """Many at once: (number, level, tags, language) each; of a number told twice the last counts."""
    rows = {
        number: CallerProfile(e164=number, level=level, tags=list(tags), language=language)
        for number, level, tags, language in known
        if number
    }
    CallerProfile.objects.bulk_create(
        [rows[number] for number in sorted(rows)],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["e164"],
        update_fields=["level", "tags", "language"],
    )
    return len(rows)


@transaction.atomic
def forget_callers(*, numbers: Iterable[str]) -> None:
    """Nothing is known of these numbers any more."""
    CallerProfile.objects.filter(e164__in=list(numbers)).delete()
