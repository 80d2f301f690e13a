"""The audit log searched, and what is known of its chain."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Q, QuerySet

from tenants.people.models import AuditEntry
from tenants.trust.models import AuditCheck, AuditLink, AuditPending, ProofRun

PAGE_SIZE = 50
VERBS_AT_MOST = 120
NEWEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for; empty is not asked. `who` and `about` are whole: a name, `people.member:12` or a kind."""

    who: str = ""
    verb: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_any(self) -> bool:
        return any(vars(self).values())


def found_entries(wanted: Wanted, zone: tzinfo = UTC) -> QuerySet[AuditEntry]:
    """Newest first. Days are those of the reader's clock; each question has an index to answer it."""
    entries = AuditEntry.objects.order_by("-at", "-id")
    if wanted.who:
        entries = entries.filter(actor_name=wanted.who)
    if wanted.verb:
        entries = entries.filter(verb=wanted.verb)
    if ":" in wanted.about:
        entries = entries.filter(subject=wanted.about)
    elif wanted.about:
        entries = entries.filter(Q(subject=wanted.about) | Q(subject__startswith=f"{wanted.about}:"))
    if wanted.since:
        entries = entries.filter(at__gte=datetime.combine(wanted.since, time(), zone))
    if wanted.until:
        entries = entries.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    return entries


def page_of(entries: QuerySet[AuditEntry], after: str = "") -> tuple[list[AuditEntry], str]:
    """(rows, where the next page begins or ""). `after` is `moment|id` of the last row seen; else it is the start."""
    moment, _bar, key = after.partition("|")
    if key.isascii() and key.isdigit() and len(key) < 19:
        try:
            at = datetime.fromisoformat(moment)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None:
            entries = entries.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(key)), at__lte=at)
    rows = list(entries[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return rows, ""
    last = rows[PAGE_SIZE - 1]
    return rows[:PAGE_SIZE], f"{last.at.astimezone(UTC).isoformat()}|{last.pk}"


def links_of(entries: list[AuditEntry]) -> dict[int, AuditLink]:
    """By the entry's id; one that is missing waits, or was there before the chain began."""
    return {link.entry_id: link for link in AuditLink.objects.filter(entry_id__in=[e.pk for e in entries])}


def known_verbs() -> list[str]:
    """Hops from one to the next along the index: as quick with ten million entries as with ten."""
    found: list[str] = []
    verbs = AuditEntry.objects.order_by("verb").values_list("verb", flat=True)
    value = verbs.first()
    while value is not None and len(found) < VERBS_AT_MOST:
        found.append(value)
        value = verbs.filter(verb__gt=value).first()
    return found


def known_kinds() -> list[str]:
    """Of the newest entries: words to begin with, not a list of all there is."""
    newest = AuditEntry.objects.order_by("-at", "-id").values_list("subject", flat=True)[:NEWEST]
    return sorted({subject.partition(":")[0] for subject in newest})


def head() -> AuditLink | None:
    return AuditLink.objects.order_by("-position").first()


def waiting_entries() -> int:
    return AuditPending.objects.count()


def checks(limit: int = 10) -> list[AuditCheck]:
    return list(AuditCheck.objects.order_by("-pk")[:limit])


def proof_runs(limit: int = 10) -> list[ProofRun]:
    """Without what each asked: a page of runs is short."""
    return list(ProofRun.objects.order_by("-pk").defer("results")[:limit])


def last_proof() -> ProofRun | None:
    return ProofRun.objects.filter(state=ProofRun.State.DONE).order_by("-pk").first()
