"""A change of who is recorded is a new version with its author and moment; versions are never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from telephony.actions.retention import keep_recordings_at_least
from telephony.actions.setup import floor_changed
from telephony.models import RecordingPolicy
from telephony.queries.recording_policies import newest_policy, recordable_subjects
from telephony.recording.errors import RuleUnreadable
from telephony.recording.rules import MOST_PHRASES, MOST_RULES, Mode, Policy, Rule, Scope, read_policy
from telephony.recording.templates import FINANCE
from telephony.text import plain_line
from tenants.context import current_schema
from tenants.people.actions import record_audit


@transaction.atomic
def change_policy(
    *, rules: Sequence[Rule], retention: str, phrases: Sequence[str], by: Any, at: datetime, note: str = ""
) -> RecordingPolicy:
    """The next version, or the newest when nothing changes. Raises RuleUnreadable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"recording policy {current_schema()}"])
    before = newest_policy()
    document = Policy(
        rules=_checked(rules), retention=plain_line(retention, 40), phrases=_phrases(phrases)
    ).as_document()
    if before.version and document == before.as_document():
        return RecordingPolicy.objects.get(version=before.version)
    made = RecordingPolicy.objects.create(
        version=before.version + 1,
        document=document,
        made_at=at,
        made_by=by,
        made_by_name=(by.name or by.username)[:120],
        note=plain_line(note, 200),
    )
    record_audit(verb="changed", subject=made, before=before.as_document(), after=document)
    floor_changed()
    return made


@transaction.atomic
def use_finance_template(*, by: Any, at: datetime, language: str) -> RecordingPolicy:
    """All talks are recorded, whoever answers: rules that say less are taken out. What is kept how long and what must
    be said stand with it.
    """
    template = FINANCE["zh" if language.startswith("zh") else "en"]
    kept = [rule for rule in newest_policy().rules.values() if rule.mode == Mode.ALL and rule.subject]
    keep_recordings_at_least(days=template["days"], at=at)
    return change_policy(
        rules=[Rule(Scope.TENANT, Mode.ALL), *kept],
        retention=str(template["retention"]),
        phrases=template["phrases"],
        by=by,
        at=at,
        note=str(template["note"]),
    )


def _checked(rules: Sequence[Rule]) -> dict[tuple[Scope, str], Rule]:
    """One for each subject, which is there; numbers that are no longer ours decide nothing and are let go."""
    known = {
        scope: {subject for subject, _name in named} for scope, named in recordable_subjects().items()
    } | {Scope.TENANT: {""}}
    found: dict[tuple[Scope, str], Rule] = {}
    for rule in rules:
        if rule.subject not in known[rule.scope] or (rule.scope, rule.subject) in found:
            raise RuleUnreadable(field=rule.scope)
        found[rule.scope, rule.subject] = rule
    readable = read_policy({"rules": [rule.as_dict() for rule in rules]}, 0).rules
    if len(readable) != len(rules) or len(rules) > MOST_RULES:
        raise RuleUnreadable(field="rules")
    return found


def _phrases(phrases: Sequence[str]) -> tuple[str, ...]:
    lines = [plain_line(phrase, 200) for phrase in phrases]
    return tuple(dict.fromkeys(line for line in lines if line))[:MOST_PHRASES]
