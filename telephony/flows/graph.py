"""Where ways lead: what can be reached, and loops a caller could never leave. All step by step, never by recursion."""

from collections.abc import Callable, Iterable, Mapping

from telephony.flows.document import Document, Node
from telephony.flows.kinds import exits_of, kind_of

Ways = Mapping[str, Iterable[str]]


def ways_of(node: Node) -> dict[str, str]:
    """Exit → the node behind it, for those of its exits that are drawn; `holiday` undrawn is `closed`."""
    return {name: node.exits[name] for name in exits_of(node) if node.exits.get(name)}


def reached(document: Document) -> set[str]:
    """The nodes a caller may come to."""
    found: set[str] = set()
    waiting = [document.start] if document.start in document.nodes else []
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        waiting.extend(there for there in ways_of(document.nodes[here]).values() if there in document.nodes)
    return found


def endless_loops(document: Document) -> list[list[str]]:
    """Groups of nodes one could go round in for ever without a key pressed or waited for."""
    return _loops(document, lambda node: () if kind_of(node).listens else ways_of(node).values())


def silent_loops(document: Document) -> list[list[str]]:
    """Those in which somebody who says nothing would stay for ever: a forgotten phone is paid for."""
    found = _loops(document, _silent_ways)
    endless = {frozenset(loop) for loop in endless_loops(document)}
    return [loop for loop in found if frozenset(loop) not in endless]


SILENT_EXITS = {"menu": ("timeout",), "collect": ("failed",), "speech": ("unheard",)}


def _silent_ways(node: Node) -> Iterable[str]:
    names = SILENT_EXITS.get(node.kind)
    return [there for name, there in ways_of(node).items() if names is None or name in names]


def _loops(document: Document, ways: Callable[[Node], Iterable[str]]) -> list[list[str]]:
    onward = {
        node.id: [there for there in ways(node) if there in document.nodes]
        for node in document.nodes.values()
    }
    groups = _strong_groups(onward)
    return [group for group in groups if len(group) > 1 or group[0] in onward[group[0]]]


def _strong_groups(onward: Mapping[str, list[str]]) -> list[list[str]]:
    """Groups of nodes each of which leads to each other (Kosaraju), in the document's order."""
    order = _by_end(onward)
    back: dict[str, list[str]] = {name: [] for name in onward}
    for here, theirs in onward.items():
        for there in theirs:
            back[there].append(here)
    place = {name: at for at, name in enumerate(onward)}
    seen: set[str] = set()
    groups = []
    for root in reversed(order):
        group, waiting = [], [root]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                group.append(here)
                waiting.extend(back[here])
        if group:
            groups.append(sorted(group, key=place.__getitem__))
    return sorted(groups, key=lambda group: place[group[0]])


def _by_end(onward: Mapping[str, list[str]]) -> list[str]:
    """The nodes in the order a walk in depth leaves them."""
    seen: set[str] = set()
    order: list[str] = []
    for root in onward:
        if root in seen:
            continue
        seen.add(root)
        trail = [(root, iter(onward[root]))]
        while trail:
            here, rest = trail[-1]
            there = next((one for one in rest if one not in seen), None)
            if there is None:
                order.append(here)
                trail.pop()
            else:
                seen.add(there)
                trail.append((there, iter(onward[there])))
    return order
