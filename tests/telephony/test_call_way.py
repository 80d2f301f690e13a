"""One call's page tells its way through the flow: steps in order, keys and words, seconds, and the version drawn."""

from datetime import timedelta
from uuid import uuid4

import pytest

from telephony.models import Call, Flow, FlowStep, FlowVersion

LEG = uuid4()
NODES = [
    {"id": "m", "kind": "menu", "title": "Main menu", "settings": {}},
    {"id": "s", "kind": "speech", "settings": {"phrases": [{"exit": "p1", "name": "Sales team"}]}},
    {"id": "pin", "kind": "collect", "title": "PIN", "settings": {"is_secret": True}},
]


@pytest.fixture
def call(floor, now):
    with floor.inside():
        flow = Flow.objects.create(name="Hotline")
        version = FlowVersion.objects.create(flow=flow, number=4, document={"nodes": NODES}, published_at=now)
        made = Call.objects.create(
            id=LEG,
            direction="inbound",
            number=floor.number,
            arrived_at=now,
            flow_version=version,
            queue=floor.queue,
        )
        steps = (("m", "menu", "2", "2", {}), ("s", "speech", "p1", "", {"said": "<b>sales</b>", "confidence": 0.8}),
                 ("pin", "collect", "next", "", {}), ("gone", "menu", "", "", {}))  # fmt: skip
        for place, (node, kind, way, value, more) in enumerate(steps, start=1):
            entered = now + timedelta(seconds=10 * place)
            left = entered + timedelta(seconds=2.5) if way else None
            FlowStep.objects.create(
                call=made, version=version, position=place, node=node, kind=kind, exit=way, value=value,
                entered_at=entered, left_at=left, **more,
            )  # fmt: skip
        return made


def shown(client_of, who):
    return client_of(who).get(f"/calls/{LEG}/")


def test_the_way_is_told_step_by_step_with_the_version_it_was_drawn_in(call, floor, member, client_of):
    page = shown(client_of, member(floor.tenant, "supervisor"))
    way = page.context["way"]
    assert [(one.title, one.exit, one.pressed, one.said, one.seconds) for one in way.steps] == [
        ("Main menu", "key 2", "2", "", 2.5),
        ("Ask what it is about", "Sales team", "", "<b>sales</b>", 2.5),
        ("PIN", "then", "", "", 2.5),
        ("Menu", "", "", "", None),
    ]
    text = page.content.decode()
    assert f"/flows/{call.flow_version.flow_id}/versions/4/" in text
    assert "80 % sure" in text
    assert "&lt;b&gt;sales&lt;/b&gt;" in text
    assert "<b>sales" not in text


def test_a_call_without_a_flow_tells_no_way_and_another_tenant_none_at_all(
    call, floor, other_floor, member, client_of
):
    assert shown(client_of, member(other_floor.tenant, "supervisor")).status_code == 404
    with floor.inside():
        FlowStep.objects.all().delete()
    page = shown(client_of, member(floor.tenant, "supervisor"))
    assert page.context["way"] is None
    assert "The way through the flow" not in page.content.decode()
