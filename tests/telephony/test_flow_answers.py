"""What our web says when a flow asks it, by the rows of this moment; and the files the worker lays out."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory

from telephony import queries
from telephony.freeswitch import views
from telephony.freeswitch.documents import NOT_FOUND, dialplan_document
from telephony.models import Call, Callback, Entry, Flow, FlowVersion, Queue, WorkingHours
from telephony.worker.snapshot import write_snapshot
from tenants.context import enter
from tenants.models import Number

SECRET = "web-secret"
HOT_LINE = "+862155500001"
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _secret(settings) -> None:
    settings.SWITCH = settings.SWITCH | {"secret": SECRET}


def node(node_id: str, kind: str, settings: dict[str, Any], **exits: str) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "settings": settings, "exits": exits}


def published(*nodes: dict[str, Any], schema: str = "acme") -> FlowVersion:
    document = {"format": 1, "languages": ["zh", "en"], "start": nodes[0]["id"], "nodes": list(nodes)}
    with enter(schema):
        flow = Flow.objects.create(name=f"Flow {uuid4()}", draft=document)
        version = FlowVersion.objects.create(flow=flow, number=1, document=document, published_at=NOW)
        Flow.objects.filter(pk=flow.pk).update(published=version)
    return version


def ask(version: FlowVersion, node_id: str, *, tenant: str = "acme", **variables: str) -> str:
    form = {
        "Caller-Context": "flow",
        "Hunt-Destination-Number": f"ask-{node_id}",
        "Caller-Caller-ID-Number": "13800001111",
        "Unique-ID": str(uuid4()),
        "variable_cc_tenant": tenant,
        "variable_cc_flow": str(version.pk),
        "variable_cc_number": HOT_LINE,
        "variable_cc_lang": "en",
        "variable_cc_step": "1",
    } | variables
    credentials = base64.b64encode(f"switch:{SECRET}".encode()).decode()
    request = RequestFactory().post("/switch/dialplan", form, HTTP_AUTHORIZATION=f"Basic {credentials}")
    answer = views.dialplan(request)
    assert answer.status_code == 200
    return answer.content.decode()


def way_of(document: str) -> str:
    """Where the answer sends the caller."""
    return re.findall(r'application="transfer" data="(\S+) ', document)[-1]


def test_hours_are_those_of_this_moment(acme) -> None:
    with enter("acme"):
        never = WorkingHours.objects.create(name="Never")
        always = WorkingHours.objects.create(name="Always")
        for day in range(7):
            always.opening_times.create(weekday=day, opens_at=time(0), closes_at=time(0))
    for hours, exit_name in ((never, "n-b"), (always, "n-a")):
        version = published(node("h", "hours", {"hours": hours.pk}, open="a", closed="b"))
        assert way_of(ask(version, "h")) == exit_name


def test_a_condition_knows_what_was_keyed_in_and_what_was_looked_up(acme) -> None:
    when = [{"field": "collected.level", "op": "is", "value": "gold"}]
    version = published(
        node("c", "condition", {"branches": [{"exit": "vip", "when": when}]}, vip="a")
        | {"exits": {"vip": "a", "else": "b"}}
    )
    assert way_of(ask(version, "c", variable_cc_v_level="gold")) == "n-a"
    assert way_of(ask(version, "c", variable_cc_v_level="tin")) == "n-b"
    with enter("acme"):
        call = Call.objects.create(arrived_at=NOW, number=HOT_LINE, collected={"level": "gold"})
    assert way_of(ask(version, "c", **{"Unique-ID": str(call.pk)})) == "n-a"


def test_a_split_sends_the_same_number_the_same_way(acme) -> None:
    shares = [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]
    version = published(node("s", "split", {"shares": shares}, a="x", b="y"))
    callers = [f"138{number:08d}" for number in range(40)]
    first = [way_of(ask(version, "s", **{"Caller-Caller-ID-Number": number})) for number in callers]
    again = [way_of(ask(version, "s", **{"Caller-Caller-ID-Number": number})) for number in callers]
    assert first == again
    assert {"n-x", "n-y"} == set(first)


def test_a_queue_is_entered_by_its_terms_of_this_moment(acme) -> None:
    with enter("acme"):
        queue = Queue.objects.create(name="Sales", priority=9, max_wait_seconds=77)
    version = published(node("q", "queue", {"queue": queue.pk}))
    document = ask(version, "q")
    assert way_of(document) == "enter"
    assert f"cc_queue={queue.pk}" in document
    assert "cc_max_wait=77" in document
    with enter("acme"):
        Queue.objects.filter(pk=queue.pk).update(state=Queue.State.CLOSED)
    assert way_of(ask(version, "q")) == "closed"


def test_a_callback_is_promised_once_it_is_written_down(line, settings, globex) -> None:
    settings.SWITCH = settings.SWITCH | {"gateway": "127.0.0.1:5999"}
    version = published(node("c", "callback", {"queue": line.queue.pk}, refused="b"))
    with enter("acme"):
        known = Call.objects.create(arrived_at=NOW, number=line.number, caller_number="+8613800001111")
        withheld = Call.objects.create(arrived_at=NOW, number=line.number, caller_number="anonymous")
    first, again = (ask(version, "c", **{"Unique-ID": str(known.pk)}) for _twice in range(2))
    assert "callback-promised.wav" in first
    assert 'application="hangup"' in first
    assert "callback-kept.wav" in again
    for stranger in (str(withheld.pk), str(uuid4())):
        assert way_of(ask(version, "c", **{"Unique-ID": stranger})) == "n-b"
    with enter("acme"):
        [promise] = Callback.objects.all()
        assert (promise.number, promise.source, promise.origin_id) == ("+8613800001111", "flow", known.pk)
    with enter("globex"):
        assert not Callback.objects.exists()


def test_figures_are_said_in_the_callers_language(acme) -> None:
    version = published(
        node("a", "answer", {"prompt": 1, "says": [{"name": "days", "as": "number"}]}, next="b")
    )
    assert "${cc_sounds}/en/words/2.wav" in ask(version, "a", variable_cc_v_days="2")
    assert "${cc_sounds}/zh/words/2.wav" in ask(version, "a", variable_cc_v_days="2", variable_cc_lang="zh")
    hostile = ask(version, "a", variable_cc_v_days="${system id}", variable_cc_lang="en")
    assert "system" not in hostile
    assert way_of(hostile) == "n-b"


@pytest.mark.parametrize(
    "changes",
    [
        {"variable_cc_flow": "999999"},
        {"variable_cc_flow": "x"},
        {"variable_cc_tenant": "nobody"},
        {"variable_cc_tenant": "public; drop"},
        {"Hunt-Destination-Number": "ask-zz"},
        {"Hunt-Destination-Number": "n-q"},
    ],
)
def test_what_we_do_not_know_is_left_to_the_file(acme, changes: dict[str, str]) -> None:
    version = published(node("q", "queue", {"queue": 1}))
    assert ask(version, "q", **changes) == NOT_FOUND


def test_a_flow_of_another_tenant_is_not_answered(acme, globex) -> None:
    with enter("globex"):
        queue = Queue.objects.create(name="Theirs")
    version = published(node("q", "queue", {"queue": queue.pk}), schema="globex")
    assert ask(version, "q", tenant="acme") == NOT_FOUND
    assert ask(version, "q", tenant="globex") != NOT_FOUND


# --- numbers and files -----------------------------------------------------------------------------------------------
@pytest.fixture
def line(floor) -> Any:
    """acme's floor, whose number is acme's."""
    Number.objects.create(e164=floor.number, tenant=floor.tenant, country="CN", kind="local", currency="CNY")
    return floor


def test_a_number_with_a_published_flow_leads_into_it_and_keeps_its_queue(line) -> None:
    version = published(node("s", "say", {"prompt": 1}, next=""))
    with enter("acme"):
        Entry.objects.filter(number_e164=line.number).update(flow=version.flow)
    document = dialplan_document(queries.inbound_route(line.number))
    assert f"cc_flow={version.pk}" in document
    assert f"cc_queue={line.queue.pk}" in document
    assert way_of(document) == "enter-flow"
    with enter("acme"):
        Flow.objects.filter(pk=version.flow_id).update(is_archived=True)
    assert way_of(dialplan_document(queries.inbound_route(line.number))) == "enter"


def test_the_worker_lays_out_what_callers_enter_and_what_they_are_still_in(
    line, settings, tmp_path: Path
) -> None:
    (tmp_path / "conf").mkdir()
    known = settings.SWITCH | {"directory": str(tmp_path), "cell": line.tenant.cell}
    first = published(node("s", "say", {"prompt": 1}, next=""))
    with enter("acme"):
        Entry.objects.filter(number_e164=line.number).update(flow=first.flow)
        second = FlowVersion.objects.create(
            flow=first.flow, number=2, document=first.document, published_at=NOW
        )
        Flow.objects.filter(pk=first.flow_id).update(published=second)
        call = Call.objects.create(arrived_at=NOW, number=line.number, flow_version=first)
    assert write_snapshot(known)
    names = sorted(path.name for path in (tmp_path / "conf" / "flows").iterdir())
    assert names == [f"acme-{first.pk}.xml", f"acme-{second.pk}.xml"]
    assert f"cc_flow={second.pk}" in (tmp_path / "conf" / "numbers.xml").read_text()
    assert not write_snapshot(known)
    assert call.flow_version_id == first.pk
