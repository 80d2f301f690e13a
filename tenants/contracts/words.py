"""What an amendment changes, in words of the reader."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tenants.contracts.models import CLAUSES, Agreement, Amendment
from tenants.contracts.models.agreements import name_of
from tenants.plans.modules import Module

Change = tuple[str | Promise, str, str]


def words_of_change(amendment: Amendment) -> list[Change]:
    """(what, before, after) of each; a name nobody knows stays as it is written."""
    before = amendment.before
    return [
        (_name(key), _value(key, before.get(key)), _value(key, value))
        for key, value in amendment.after.items()
    ]


def _name(key: str) -> str | Promise:
    if key in ("seats", "plan", "ends_on", *CLAUSES):
        return name_of(Agreement, key)
    module = key.removeprefix("module:")
    return Module(module).label if module in Module.values else key


def _value(key: str, value: Any) -> str:
    if key.startswith("module:"):
        return pgettext("module", "on") if value else pgettext("module", "off")
    if value is None or value == "":
        return _("no end") if key == "ends_on" else "–"
    return str(value)
