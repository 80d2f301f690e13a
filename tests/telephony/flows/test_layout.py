"""Templates and imports that nobody placed: lines lead onward, and only what leads back goes back."""

import pytest

from telephony.flows.document import Document, parse
from telephony.flows.graph import ways_of
from telephony.flows.layout import laid_out
from telephony.flows.templates import TEMPLATES
from tests.telephony.drawn import document, node


def lines(flow: Document) -> list[tuple[str, str]]:
    return [(name, there) for name, one in flow.nodes.items() for there in ways_of(one).values()]


def leads_to(flow: Document, start: str, goal: str) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        seen.add(here)
        waiting.extend(there for there in ways_of(flow.nodes[here]).values() if there not in seen)
    return False


@pytest.mark.parametrize("key", TEMPLATES)
def test_lines_of_a_template_lead_onward(key):
    flow = TEMPLATES[key].exported("en").document
    leftward = [(here, there) for here, there in lines(flow) if flow.nodes[there].x <= flow.nodes[here].x]
    assert all(leads_to(flow, there, here) for here, there in leftward), "only a way back goes back"
    assert len({(one.x, one.y) for one in flow.nodes.values()}) == len(flow.nodes)


def test_a_circle_and_a_step_nobody_comes_to_have_places():
    circle = [node("a", "menu", {"1": "b"}), node("b", "menu", {"1": "a"}), node("alone", "hangup")]
    flow = laid_out(parse(document(*circle)))
    assert flow.nodes["a"].x < flow.nodes["b"].x
    assert len({(one.x, one.y) for one in flow.nodes.values()}) == 3
