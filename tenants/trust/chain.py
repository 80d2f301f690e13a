"""The chain read and proved: every link worked out again here, from the entries as they are now.

The database made the links (migrations/0001); it is asked for the entries' text and for nothing it worked out itself.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from tenants.trust.hashing import FIRST, content_hash, genesis_content, link_hash
from tenants.trust.models import AuditCheck, AuditGenesis, AuditLink, Problem

SAID = """jsonb_build_array(
    e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.actor_id, e.actor_name,
    host(e.address), e.verb, e.subject, e.subject_name, e.before, e.after, e.reason)::text"""
"""The same text as in migrations/0001. Hashes of years hang on every letter of it."""
AT_ONCE = 5_000


class Line(NamedTuple):
    position: int
    entry_id: int | None
    content_hash: str
    before_hash: str
    hash: str
    said: str | None


@dataclass(frozen=True)
class Proved:
    """`problem` is empty when all is whole; else `broken_at` and `broken_entry` name the first that is not."""

    entries: int
    position: int
    head: str
    problem: str = ""
    broken_at: int | None = None
    broken_entry: int | None = None


def lines(first: int = 0, last: int | None = None) -> Iterator[Line]:
    """Links with their entries' text, in their order. Only added to, so pages of it are of one piece."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT l.position, l.entry_id, l.content_hash, l.before_hash, l.hash,"  # noqa: S608
                f" CASE WHEN e.id IS NULL THEN NULL ELSE {SAID} END"
                " FROM trust_auditlink l LEFT JOIN people_auditentry e ON e.id = l.entry_id"
                " WHERE l.position >= %s AND (%s::bigint IS NULL OR l.position <= %s)"
                " ORDER BY l.position LIMIT %s",
                [first, last, last, AT_ONCE],
            )
            page = [Line(*row) for row in cursor.fetchall()]
            yield from page
            if len(page) < AT_ONCE:
                return
            first = page[-1].position + 1


def proved() -> Proved:
    """The whole chain of the current schema. Every entry is read: seconds per hundred thousand."""
    seen, head = -1, FIRST
    for line in lines():
        problem = _problem_of(line, seen + 1, head)
        if problem:
            return Proved(seen, seen, head, problem, seen + 1, line.entry_id)
        seen, head = line.position, line.hash
    found = Proved(max(seen, 0), max(seen, 0), head)
    return _missing_end(found) or _stranger(found) or found


def _problem_of(line: Line, position: int, before: str) -> str:
    if line.position != position or line.before_hash != before:
        return Problem.GAP
    if line.hash != link_hash(line.position, line.entry_id, before, line.content_hash):
        return Problem.LINK
    if position == 0:
        return "" if line.content_hash == content_hash(_beginning()) else Problem.GENESIS
    if line.said is None:
        return Problem.GONE
    return "" if line.content_hash == content_hash(line.said) else Problem.CHANGED


def _beginning() -> str:
    """What was there before the chain, from the entries themselves."""
    known = AuditGenesis.objects.order_by("pk").first()
    if known is None:
        return ""
    digest, count = hashlib.sha256(), 0
    for said in _old_entries(known.last_id):
        digest.update(hashlib.sha256(said.encode()).digest())
        count += 1
    return genesis_content(count, known.last_id, digest.hexdigest())


def _old_entries(last_id: int) -> Iterator[str]:
    after = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT e.id, {SAID} FROM people_auditentry e WHERE e.id > %s AND e.id <= %s"  # noqa: S608
                " ORDER BY e.id LIMIT %s",
                [after, last_id, AT_ONCE],
            )
            page = cursor.fetchall()
            yield from (said for _id, said in page)
            if len(page) < AT_ONCE:
                return
            after = page[-1][0]


def _missing_end(found: Proved) -> Proved | None:
    """Links taken away from the end leave a shorter chain that is whole; an earlier look remembers how long it was."""
    last = AuditCheck.objects.filter(problem="").order_by("-position", "-pk").first()
    if last is None or holds(last.position, last.head):
        return None
    return Proved(found.entries, found.position, found.head, Problem.CUT, found.position + 1, None)


def _stranger(found: Proved) -> Proved | None:
    """An entry beside the chain: the trigger was off when it was put in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(e.id) FROM people_auditentry e"
            " WHERE e.id > (SELECT coalesce(max(last_id), 0) FROM trust_auditgenesis)"
            " AND NOT EXISTS (SELECT FROM trust_auditlink l WHERE l.entry_id = e.id)"
            " AND NOT EXISTS (SELECT FROM trust_auditpending p WHERE p.entry_id = e.id)"
        )
        entry_id = cursor.fetchone()[0]
    if entry_id is None:
        return None
    return Proved(found.entries, found.position, found.head, Problem.STRANGER, None, entry_id)


def holds(position: int, head: str) -> bool:
    """Whether the chain had this head at this position: what somebody wrote down is still part of it."""
    return AuditLink.objects.filter(position=position, hash=head).exists()


def seal_waiting(schema_name: str) -> int:
    """Links entries whose writers met another at the chain. Waits for its turn; in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('audit ' || %s, 0))", [schema_name])
        cursor.execute("DELETE FROM trust_auditpending RETURNING entry_id")
        waiting = sorted(row[0] for row in cursor.fetchall())
        for entry_id in waiting:
            cursor.execute("SELECT trust_link_entry(%s, %s)", [schema_name, entry_id])
    return len(waiting)
