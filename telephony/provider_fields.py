"""The settings a service outside is set up with: what its form asks for, and what of it is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.text import plain_line
from tenants.errors import BadInput

LONGEST_SETTING = 200


@dataclass(frozen=True, kw_only=True)
class Field:
    """One setting of a service, as its form asks for it."""

    name: str
    is_required: bool = False
    default: str = ""


def kept_settings(fields: Iterable[Field], given: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, on one line each. Raises BadInput where a needed one is missing."""
    kept = {}
    for field in fields:
        value = plain_line(str(given.get(field.name) or ""), LONGEST_SETTING)
        if field.is_required and not value and not field.default:
            raise BadInput(_("This service needs this setting."), field=field.name)
        if value:
            kept[field.name] = value
    return kept
