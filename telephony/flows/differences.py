"""What another version says otherwise, for the reader of a history. Where a node stands in the picture is not told."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from telephony.flows.document import Document, Node


@dataclass(frozen=True, slots=True)
class Difference:
    """`what`: languages, start, added, removed, kind, title, setting or exit. `field` names the setting or exit;
    before and after are as the documents say it, None where nothing is said.
    """

    what: str
    node: str = ""
    kind: str = ""
    title: str = ""
    field: str = ""
    before: Any = None
    after: Any = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def differences(before: Document, after: Document) -> list[Difference]:
    """The flow as a whole, then removed, added and changed nodes, in the order of the documents."""
    found = []
    if before.languages != after.languages:
        found.append(Difference("languages", before=list(before.languages), after=list(after.languages)))
    if before.start != after.start:
        found.append(Difference("start", before=before.start, after=after.start))
    found += [_of("removed", node) for name, node in before.nodes.items() if name not in after.nodes]
    for name, node in after.nodes.items():
        old = before.nodes.get(name)
        found += [_of("added", node)] if old is None else _changes(old, node)
    return found


def _of(what: str, node: Node, **said: Any) -> Difference:
    return Difference(what, node.id, node.kind, node.title, **said)


def _changes(old: Node, new: Node) -> Iterator[Difference]:
    for what in ("kind", "title"):
        before, after = getattr(old, what), getattr(new, what)
        if before != after:
            yield _of(what, new, before=before, after=after)
    for what, mine, theirs in (
        ("setting", old.settings, new.settings),
        ("exit", old.exits, new.exits),
    ):
        for name in dict.fromkeys([*mine, *theirs]):
            if mine.get(name) != theirs.get(name):
                yield _of(what, new, field=name, before=mine.get(name), after=theirs.get(name))
