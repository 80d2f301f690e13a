"""What the floors above say of their own tables: which columns are secrets, which belong to this installation alone,
which files go along, what else is left somewhere, and where persons' data is. From AppConfig.ready().

Tables and columns themselves are not named here: they are found from the models (catalog.py).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Codec:
    """Columns that are written differently here and in an archive.

    `opened(schema, row)` gives {column: clear text} for the archive, `closed(schema, row)` turns such texts into what
    this installation keeps. Of a secret the archive holds the clear text sealed with the passphrase, or nothing.
    """

    table: str
    columns: tuple[str, ...]
    opened: Callable[[str, Row], Row]
    closed: Callable[[str, Row], Row]
    is_secret: bool = True


class FileMissing(Exception):
    """The file is not there, cannot be opened, or is not what its row says: the argument is a code."""


@dataclass(frozen=True)
class FileKind:
    """Files that stand beside rows.

    `ids(schema, tenant_id)`: SQL of texts "<name in the archive>:<id here>", read in the snapshot of the rows.
    `opened(id)` → (size, SHA-256 its row knows or "", pieces), inside the schema; raises FileMissing. `put(id, file)`
    keeps one here, inside the new schema. `house`: label of the table in the public schema these are files of: their
    name in the archive is the row's place.
    """

    name: str
    ending: str
    ids: Callable[[str, int], str]
    opened: Callable[[str], tuple[int, str, Iterator[bytes]]]
    put: Callable[[str, Any], None]
    bytes_of: Callable[[int], int] = lambda tenant_id: 0
    house: str = ""


@dataclass(frozen=True)
class Place:
    """Somewhere outside the database where something of a tenant may be: disk, storage, cache, switch.

    `clear(schema)` removes it and tells what ({"files": 3}); `left(schema)` names what is still there. Both are asked
    in the public schema or, with `is_inside`, in the tenant's own before it is dropped. `is_disk`: a failed import
    leaves something there as well.
    """

    name: str
    clear: Callable[[str], dict[str, int]]
    left: Callable[[str], list[str]]
    is_inside: bool = False
    is_disk: bool = False


@dataclass(frozen=True)
class Personal:
    """Where one person's data is in a table, and what erasing does with a row.

    `by`: how a row is found: {"column": "number" | "mail" | "name" | "text"}; what is found is emptied. `through`:
    column → label whose found rows it points at, or "label:column" of found rows that point here. `blank`: columns of a
    row of this person that are emptied whatever they say; `goes`: the whole row is deleted; `kept_because`: it stays.
    `gives`: columns with more numbers of the same person.
    """

    label: str
    by: dict[str, str] = field(default_factory=dict)
    through: dict[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    goes: bool = False
    kept_because: str = ""
    gives: tuple[str, ...] = ()


Guard = Callable[[str], list[str]]
"""(schema) → sentences that say why nothing of this tenant may be deleted yet."""
_codecs: dict[str, list[Codec]] = {}
_guards: list[Guard] = []
_local: dict[str, frozenset[str]] = {}
_kinds: dict[str, FileKind] = {}
_places: dict[str, Place] = {}
_personal: dict[str, Personal] = {}
_impersonal: dict[str, str] = {}


def add_codec(*codecs: Codec) -> None:
    for codec in codecs:
        held = _codecs.setdefault(codec.table, [])
        if all(codec.columns != other.columns for other in held):
            held.append(codec)


def add_local(table: str, *columns: str) -> None:
    """Columns that say where something lies in this installation: not in the archive; on import their default."""
    _local[table] = _local.get(table, frozenset()) | set(columns)


def add_files(kind: FileKind) -> None:
    _kinds[kind.name] = kind


def add_place(place: Place) -> None:
    _places[place.name] = place


def add_personal(*rows: Personal) -> None:
    for row in rows:
        _personal[row.label] = row


def add_impersonal(columns: dict[str, str]) -> None:
    """{"app.model.column": why it is nobody's data}, for columns whose name looks as if it were."""
    _impersonal.update(columns)


def codecs_of(table: str) -> list[Codec]:
    return _codecs.get(table, [])


def local_of(table: str) -> frozenset[str]:
    return _local.get(table, frozenset())


def file_kinds() -> list[FileKind]:
    return list(_kinds.values())


def file_kind(name: str) -> FileKind | None:
    return _kinds.get(name)


def places() -> list[Place]:
    return list(_places.values())


def personal() -> dict[str, Personal]:
    return dict(_personal)


def impersonal() -> dict[str, str]:
    return dict(_impersonal)


def secret_columns() -> Iterable[str]:
    return {
        f"{codec.table}.{column}" for held in _codecs.values() for codec in held for column in codec.columns
    }


Arrival = Callable[[], object]
_arrivals: list[Arrival] = []


def add_arrival(arrival: Arrival) -> None:
    """Called inside the schema of a tenant that has just been brought in, before the commit."""
    if arrival not in _arrivals:
        _arrivals.append(arrival)


def arrivals() -> list[Arrival]:
    return list(_arrivals)


def add_guard(guard: Guard) -> None:
    if guard not in _guards:
        _guards.append(guard)


def guards() -> list[Guard]:
    return list(_guards)


Purge = Callable[[Iterable[Any], Any], tuple[dict[str, int], set[Any]]]
"""(keys of found rows, moment) → what of the files that hang on them was deleted and held, and the keys that are held:
their rows stay as they are.
"""
_purges: dict[str, Purge] = {}
_previews: dict[str, Purge] = {}


def add_purge(label: str, purge: Purge, preview: Purge) -> None:
    """`preview` tells the same and deletes nothing."""
    _purges[label], _previews[label] = purge, preview


def previews() -> dict[str, Purge]:
    return dict(_previews)


def purges() -> dict[str, Purge]:
    return dict(_purges)
