"""Before somebody's rights are changed: who gains and loses what. Afterwards: one click puts it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.lists.actions import do_many, keep_act
from tenants.lists.bulk import Preflight
from tenants.lists.errors import ChangedSince
from tenants.lists.kept import add_kept_kind
from tenants.lists.models import BulkAct
from tenants.people import foretold
from tenants.people.acting import acting_now
from tenants.people.actions.rights import attribute_of, change_rights, kept_of, put_back_rights
from tenants.people.foretelling import FIELDS, Forecast, foretell
from tenants.people.models import Member
from tenants.people.policies import can_manage_members

PLACE = "people.member"
UNDOABLE = tuple(name for name in FIELDS if name != "is_active")
"""Who was switched off is set up anew: keys, telephone and seat of theirs are gone by then."""
MOST_TOLD = 30


def _put_back(row: Member, kept: dict, at: datetime) -> None:
    if not put_back_rights(member=row, kept=kept, by=acting_now().member, at=at):
        raise ChangedSince


RIGHTS = add_kept_kind(PLACE, "rights", gettext_lazy("Rights changed"), can_manage_members, _put_back)


# --- one person, by the form ---


def look_first(admin: Any, request: HttpRequest, member: Member, form: Any) -> HttpResponse | None:
    """The page that says what would happen; None once that very forecast was confirmed, or where nothing would."""
    if not form.is_valid():
        return None
    values = {name: form.cleaned_data[name] for name in FIELDS if name in form.changed_data}
    forecasts = foretell({member.pk: values}) if values else []
    told = {
        "opts": admin.opts,
        "title": _("Change the rights of %(name)s?") % {"name": member.name},
        "back": request.path,
    }
    return foretold.look_first(
        request,
        forecasts,
        template="tenants/admin/foretold.html",
        context=admin.admin_site.each_context(request) | told,
        can_undo="is_active" not in values,
    )


def keep_way_back(request: HttpRequest, stored: Member, now: Member, changed: Iterable[str]) -> None:
    """After the save: for some minutes one click puts it back."""
    fields = [name for name in UNDOABLE if name in changed]
    if not fields or "is_active" in changed:
        return
    kept = {"before": kept_of(stored, fields), "after": kept_of(now, fields)}
    act = keep_act(place=PLACE, code=RIGHTS.code, row=now, kept=kept, actor=request.user, at=timezone.now())
    foretold.tell_of_way_back(request, act, _("The rights are changed."))


# --- many, from the list ---


def change_many_rights(request: HttpRequest, chosen: Sequence[Member], values: Mapping[str, Any]) -> BulkAct:
    own = {attribute_of(name): getattr(value, "pk", value) for name, value in values.items()}

    def do(row: Member, at: datetime, reason: str) -> dict:
        return change_rights(member=row, values=own, by=request.user, at=at)

    pks = [row.pk for row in chosen]
    return do_many(
        model=Member, pks=pks, kind=replace(RIGHTS, do=do), reason="", actor=request.user, at=timezone.now()
    )


def effects_on_many(look: Preflight, values: Mapping[str, Any]) -> list[str]:
    """A line for each who gains or loses something, and for those who do by the way."""
    rights = {name: value for name, value in values.items() if name in FIELDS}
    if not rights:
        return []
    told = [
        one
        for one in foretell({line.row.pk: rights for line in look.touched})
        if one.is_change or one.touched
    ]
    lines = [in_a_line(one) for one in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        lines.append(_("and %(n)s more people.") % {"n": len(told) - MOST_TOLD})
    return lines


def in_a_line(told: Forecast) -> str:
    """`Ann: gains A, B; loses C; 12 addresses open, 3 shut; calls of seven days: 4 → 40.`"""
    parts = []
    if told.gains:
        parts.append(_("gains %(rights)s") % {"rights": _(", ").join(told.gains)})
    if told.loses:
        parts.append(_("loses %(rights)s") % {"rights": _(", ").join(told.loses)})
    if told.opens or told.shuts:
        counted = {"opens": len(told.opens), "shuts": len(told.shuts)}
        parts.append(_("%(opens)s addresses open, %(shuts)s shut") % counted)
    parts += [f"{name}: {before} → {after}" for name, before, after in told.figures]
    parts += [*told.new_grounds, *(_("no longer: %(what)s") % {"what": one} for one in told.old_grounds)]
    parts += told.touched
    return f"{told.member.name}: " + _("; ").join(part.rstrip(".。") for part in parts)
