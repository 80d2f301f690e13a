"""Which acts there are, by list and code: the undo of an act finds its way back here."""

from tenants.lists.bulk import BulkKind

_kinds: dict[tuple[str, str], BulkKind] = {}


def add_kind(place: str, kind: BulkKind) -> BulkKind:
    """`place`: `tenants.tenant`."""
    _kinds[place, kind.code] = kind
    return kind


def kind_of(place: str, code: str) -> BulkKind | None:
    return _kinds.get((place, code))


def kinds_of(place: str) -> list[BulkKind]:
    return [kind for (where, _code), kind in _kinds.items() if where == place]
