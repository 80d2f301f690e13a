"""Flows that journeys draw: a front door of three levels, a small one, a big one."""

HELP = "How can we help?"
PERSON = "Repairs, press 1. For a person, press 9."


def front_door() -> dict:
    """Three levels, hours and a message, as one who saved it elsewhere would bring it."""
    week = [[day, "09:00", "18:00"] for day in range(5)]
    said = {"1": HELP, "2": PERSON}
    return {
        "format": 1,
        "name": "Front door",
        "flow": {"format": 1, "languages": ["en"], "start": "main", "nodes": nodes_of_front_door()},
        "names": {
            "prompt": {key: {"name": f"Door {key}", "wordings": {"en": text}} for key, text in said.items()},
            "queue": {"1": {"name": "Sales"}, "2": {"name": "Support"}},
            "hours": {"1": {"name": "Office hours", "spans": week}},
        },
    }


def nodes_of_front_door() -> list[dict]:
    again = {"timeout": "sales", "wrong": "sales"}
    ways = {
        "main": ("menu", {"prompt": 1}, {"1": "hours", "2": "service", "0": "sales"} | again),
        "hours": ("hours", {"hours": 1}, {"open": "sales", "closed": "message"}),
        "service": ("menu", {"prompt": 2, "timeouts": 2}, {"1": "hours", "9": "support"} | again),
        "sales": ("queue", {"queue": 1}, {}),
        "support": ("queue", {"queue": 2}, {}),
        "message": ("voicemail", {"queue": 1}, {}),
    }
    return [
        {"id": name, "kind": kind, "title": "", "x": 0, "y": 0, "settings": settings, "exits": exits}
        for name, (kind, settings, exits) in ways.items()
    ]


def small_flow() -> list[dict]:
    return [
        {"id": "n1", "kind": "menu", "title": "Main", "x": 40, "y": 60, "settings": {}, "exits": {"1": "n2"}},
        {"id": "n2", "kind": "hangup", "title": "Bye", "x": 360, "y": 60, "settings": {}, "exits": {}},
        {"id": "n3", "kind": "hangup", "title": "End", "x": 360, "y": 240, "settings": {}, "exits": {}},
    ]


def big_flow(count: int) -> list[dict]:
    """Menus of five keys, each to the next five."""
    nodes = []
    for number in range(1, count + 1):
        children = [child for child in range(number * 5 - 3, number * 5 + 2) if child <= count]
        exits = {str(place): f"n{child}" for place, child in enumerate(children, start=1)}
        kind = "menu" if exits else "hangup"
        place = {"x": (number % 14) * 320, "y": (number // 14) * 320}
        nodes.append(
            {
                "id": f"n{number}",
                "kind": kind,
                "title": f"Step {number}",
                **place,
                "settings": {},
                "exits": exits,
            }
        )
    return nodes
