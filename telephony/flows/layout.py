"""Where nodes stand in the picture when nobody has placed them: lines lead onward, column by column."""

from collections.abc import Iterator
from dataclasses import replace

from telephony.flows.document import Document
from telephony.flows.graph import ways_of

ACROSS, DOWN = 280, 150
LEFT, TOP = 60, 60


def laid_out(document: Document) -> Document:
    """The same flow, placed anew: each node in the column of the longest way to it."""
    columns: dict[int, list[str]] = {}
    depths = _depths(document)
    for name in document.nodes:
        columns.setdefault(depths[name], []).append(name)
    placed = {
        name: (LEFT + ACROSS * column, TOP + DOWN * row)
        for column, names in columns.items()
        for row, name in enumerate(names)
    }
    nodes = {
        name: replace(node, x=placed[name][0], y=placed[name][1]) for name, node in document.nodes.items()
    }
    return replace(document, nodes=nodes)


def _depths(document: Document) -> dict[str, int]:
    """What leads back counts nothing; what nobody comes to begins anew."""
    order = _order(document)
    rank = {name: place for place, name in enumerate(order)}
    depths = dict.fromkeys(order, 0)
    for here in order:
        for there in _onward(document, here):
            if rank[there] > rank[here]:
                depths[there] = max(depths[there], depths[here] + 1)
    return depths


def _order(document: Document) -> list[str]:
    """Each node before all it leads to, but for what leads back."""
    done: list[str] = []
    seen: set[str] = set()
    firsts = [document.start] if document.start in document.nodes else []
    for first in [*firsts, *document.nodes]:
        way = [] if first in seen else [(first, _onward(document, first))]
        seen.add(first)
        while way:
            here, left = way[-1]
            there = next((one for one in left if one not in seen), None)
            if there is None:
                done.append(here)
                way.pop()
            else:
                seen.add(there)
                way.append((there, _onward(document, there)))
    return done[::-1]


def _onward(document: Document, name: str) -> Iterator[str]:
    return (there for there in ways_of(document.nodes[name]).values() if there in document.nodes)
