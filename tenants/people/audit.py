"""Turns a row into what the audit log keeps of it: plain JSON, secrets left out, text cut."""

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

# Values of these never reach the log; that they changed does.
SECRET_FIELDS = {"password", "digest", "a1_hash", "secret", "old_secret"}
LONGEST_TEXT = 500


def subject_of(subject: models.Model | str) -> tuple[str, str]:
    """(`people.member:12`, its name) of a row; text stays as it is."""
    if isinstance(subject, str):
        return subject[:120], ""
    return f"{subject._meta.label_lower}:{subject.pk}"[:120], str(subject)[:200]


def row_values(row: models.Model) -> dict[str, object]:
    """The row's own columns as JSON can hold them; secrets become `***`."""
    return {
        field.attname: _kept(field.attname, field.value_from_object(row))
        for field in row._meta.concrete_fields
    }


def _kept(name: str, value: object) -> object:
    if name in SECRET_FIELDS:
        # A short fingerprint shows that a secret changed without helping anyone guess it.
        return "***" + hashlib.sha256(str(value).encode()).hexdigest()[:6]
    return plain(value)


def plain(value: object) -> object:
    """Through JSON and back, so that what is compared is what is stored."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, default=str))


def difference(before: dict, after: dict) -> tuple[dict, dict]:
    """Only what changed, on both sides."""
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return {n: before.get(n) for n in sorted(changed)}, {n: after.get(n) for n in sorted(changed)}
