"""Requirements of a tenant by version, what differs between two, and changes that were asked for."""

from dataclasses import dataclass

from django.utils.functional import Promise

from tenants.context import enter_public
from tenants.contracts.models import ChangeRequest, Requirement, RequirementVersion
from tenants.contracts.models.agreements import name_of
from tenants.models import Tenant

COMPARED = ("title", "text", "setting", "test")


def latest_version(tenant: Tenant) -> RequirementVersion | None:
    """In the public schema."""
    return RequirementVersion.objects.filter(tenant_id=tenant.pk).order_by("-number").first()


def versions_of(tenant: Tenant) -> list[RequirementVersion]:
    """The newest first, with their lines."""
    with enter_public():
        rows = RequirementVersion.objects.filter(tenant_id=tenant.pk).select_related("change")
        return list(rows.prefetch_related("requirements").order_by("-number")[:100])


def changes_asked_for(tenant: Tenant) -> list[ChangeRequest]:
    """Undecided ones first."""
    with enter_public():
        rows = list(ChangeRequest.objects.filter(tenant_id=tenant.pk).order_by("-number")[:100])
    return sorted(rows, key=lambda one: one.state != ChangeRequest.State.PROPOSED)


@dataclass(frozen=True)
class Difference:
    """`how`: added, dropped or changed; then `parts` holds (what, before, after)."""

    key: str
    title: str
    how: str
    parts: list[tuple[str | Promise, str, str]]


def differences(before: RequirementVersion, after: RequirementVersion) -> list[Difference]:
    """By key. Who accepted a line is no difference of what was ordered."""
    old = {row.key: row for row in before.requirements.all()}
    new = {row.key: row for row in after.requirements.all()}
    found = []
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            found.append(Difference(key, new[key].title, "added", []))
        elif key not in new:
            found.append(Difference(key, old[key].title, "dropped", []))
        elif parts := _parts(old[key], new[key]):
            found.append(Difference(key, new[key].title, "changed", parts))
    return found


def _parts(old: Requirement, new: Requirement) -> list[tuple[str | Promise, str, str]]:
    return [
        (name_of(Requirement, name), getattr(old, name), getattr(new, name))
        for name in COMPARED
        if getattr(old, name) != getattr(new, name)
    ]
