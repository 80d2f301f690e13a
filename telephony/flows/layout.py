"""Where nodes stand in the picture when nobody has placed them: a column for each step from the beginning."""

from dataclasses import replace

from telephony.flows.document import Document
from telephony.flows.graph import ways_of

ACROSS, DOWN = 280, 150
LEFT, TOP = 60, 60


def laid_out(document: Document) -> Document:
    """The same flow, placed anew."""
    columns: list[list[str]] = []
    seen: set[str] = set()
    layer = [document.start] if document.start in document.nodes else []
    while layer:
        columns.append(layer)
        seen.update(layer)
        onward = [there for here in layer for there in ways_of(document.nodes[here]).values()]
        layer = [one for one in dict.fromkeys(onward) if one in document.nodes and one not in seen]
    rest = [one for one in document.nodes if one not in seen]
    placed = {
        name: (LEFT + ACROSS * column, TOP + DOWN * row)
        for column, names in enumerate([*columns, rest])
        for row, name in enumerate(names)
    }
    nodes = {
        name: replace(node, x=placed[name][0], y=placed[name][1]) for name, node in document.nodes.items()
    }
    return replace(document, nodes=nodes)
