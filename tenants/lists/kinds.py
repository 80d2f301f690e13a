"""Which acts there are, by list and code: the undo of an act finds its way back here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:  # the models name their rows by these, before there are people to act
    from tenants.lists.bulk import BulkKind

CHANGE = "change"

_kinds: dict[tuple[str, str], BulkKind] = {}


def add_kind(place: str, kind: BulkKind) -> BulkKind:
    """`place`: `tenants.tenant`."""
    _kinds[place, kind.code] = kind
    return kind


def kind_of(place: str, code: str) -> BulkKind | None:
    return _kinds.get((place, code))


def kinds_of(place: str) -> list[BulkKind]:
    return [kind for (where, _code), kind in _kinds.items() if where == place]


def title_of(place: str, code: str) -> str:
    """As a reader sees it; of a kind that is no more, its code."""
    if code == CHANGE:
        return _("Changed")
    kind = kind_of(place, code)
    return str(kind.title) if kind else code
