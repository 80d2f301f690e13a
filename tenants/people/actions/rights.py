"""Rights changed with a way back: what a member's rights are made of, set, kept as it was, put back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tenants.context import is_public
from tenants.errors import DomainError, NotAllowed
from tenants.people.actions import record_audit, sign_out_everywhere
from tenants.people.errors import LastOperator, LastOwner
from tenants.people.models import Member, Role
from tenants.people.policies import can_change_member, grantable_roles
from tenants.people.queries import is_last_key_holder, key_role

Kept = dict[str, Any]
"""Field → value as JSON keeps it; of a team or mentor the key."""


def kept_of(member: Member, fields: Iterable[str]) -> Kept:
    return {name: _as_kept(member, name) for name in fields}


def _as_kept(member: Member, name: str) -> Any:
    value = getattr(member, attribute_of(name))
    return value.isoformat() if isinstance(value, datetime) else value


def attribute_of(name: str) -> str:
    """`team` → `team_id`."""
    column: Any = Member._meta.get_field(name)
    return str(column.attname)


def values_of(kept: Kept) -> Kept:
    """By attribute, to be set on a row again."""
    found = {}
    for name, value in kept.items():
        is_moment = name == "seat_ends_at" and isinstance(value, str)
        found[attribute_of(name)] = parse_datetime(value) if is_moment else value
    return found


@transaction.atomic
def change_rights(*, member: Member, values: Mapping[str, Any], by: Any, at: datetime) -> Kept:
    """`values`: attribute → value, of `foretelling.FIELDS` but `is_active`. Gives what `put_back_rights` needs.

    Raises NotAllowed for what is above the one who does it, LastOwner, and DomainError for what cannot be.
    """
    fields = [name for name in _fields(values) if name != "is_active"]
    before = kept_of(member, fields)
    wanted = _in_order(values.get("roles", member.roles))
    if not can_change_member(by, member) or (set(wanted) ^ set(member.roles)) - set(grantable_roles(by)):
        raise NotAllowed(_("You cannot grant a role above your own."))
    if key_role() not in wanted and is_last_key_holder(member):
        raise LastOperator if is_public() else LastOwner
    for name, value in values.items():
        setattr(member, name, wanted if name == "roles" else value)
    after = kept_of(member, fields)
    if before == after:
        raise DomainError(_("It says so already."))
    try:
        member.full_clean()
    except ValidationError as problem:
        raise DomainError(" ".join(problem.messages)) from problem
    member.save(update_fields=fields)
    record_audit(verb="changed", subject=member, before=before, after=after)
    if before.get("roles") != after.get("roles"):
        # Open pages and sockets were let in under the old roles.
        sign_out_everywhere(member=member, at=at, reason="roles changed")
    return {"before": before, "after": after}


def _fields(values: Mapping[str, Any]) -> list[str]:
    return [name.removesuffix("_id") for name in values]


def _in_order(roles: Iterable[str]) -> list[str]:
    given = set(roles)
    return [role for role in Role.values if role in given]


def put_back_rights(*, member: Member, kept: Kept, by: Any, at: datetime) -> bool:
    """False when they no longer say what the change made of them."""
    if kept_of(member, kept["after"]) != kept["after"]:
        return False
    change_rights(member=member, values=values_of(kept["before"]), by=by, at=at)
    return True
