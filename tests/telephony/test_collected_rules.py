"""What a flow collected of its caller, in the rules of queues: at its own step, at entry, on the what-if page."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from telephony.actions.routing import plan_stay
from telephony.admin.rule_editor import vocabulary
from telephony.console.explanations import told_stays
from telephony.models import Call, Flow, FlowStep, FlowVersion, Queue, QueueStay, RoutingRule
from telephony.queries.arrivals import FromFlow, arrival_from_flow
from telephony.queries.rules import problems_of_rule
from telephony.routing.rules import Rule, decide
from tests.telephony.drawn import document, node

ORDER = {"field": "collected.order", "op": "starts_with", "value": "47"}


@pytest.fixture
def flow(floor, other_floor) -> FlowVersion:
    """Asks for an order and a secret, then sends to Repairs; at globex the same, and a rule of its own."""
    made = None
    for place in (other_floor, floor):
        with place.inside():
            repairs = Queue.objects.create(name="Repairs")
            Queue.objects.create(name="Orders")
            drawn = document(
                node("a", "collect", {"next": "p"}, name="order"),
                node("p", "collect", {"next": "q"}, name="pin", is_secret=True),
                node("q", "queue", queue=repairs.pk),
            )
            flow = Flow.objects.create(name="Main", draft=drawn)
            made = FlowVersion.objects.create(flow=flow, number=1, document=drawn, published_at=place.now)
    with other_floor.inside():
        RoutingRule.objects.create(
            name="Theirs", conditions=[ORDER], effects=[{"do": "priority", "seconds": 9}]
        )
    return made


def rule(floor, *conditions, name="Known orders", queue=None, **effect) -> RoutingRule:
    with floor.inside():
        return RoutingRule.objects.create(
            name=name, conditions=list(conditions), effects=[effect], queue=queue
        )


def queue_named(floor, name: str) -> Queue:
    with floor.inside():
        return Queue.objects.get(name=name)


def through_the_flow(floor, version, to: Queue, **collected: str) -> QueueStay:
    """A caller who went through the flow, as the rows say it when the stay begins."""
    with floor.inside():
        call = Call.objects.create(
            pk=uuid4(), arrived_at=floor.now, number=floor.number, caller_number="+8613812342211",
            direction="inbound", flow_version=version, collected=collected,
        )  # fmt: skip
        FlowStep.objects.create(
            call=call, version=version, position=3, node="q", kind="queue", entered_at=floor.now
        )
        stay = QueueStay(
            call=call, queue=to, entered_at=floor.now, sl_seconds=20, short_abandon_seconds=5, routing={}
        )
        plan_stay(stay)
        stay.save()
    return stay


def test_what_was_keyed_in_gives_priority_in_the_queue_the_flow_chose(floor, other_floor, flow):
    repairs = queue_named(floor, "Repairs")
    rule(floor, ORDER, do="priority", seconds=120, queue=repairs)
    known = through_the_flow(floor, flow, repairs, order="4711", other="x")
    assert known.routing["asks"]["priority"] == 120
    assert known.routing["facts"]["queue_id"] == repairs.pk
    # No more is kept than rules ask about.
    assert [name for name in known.routing["facts"] if name.startswith("collected.")] == ["collected.order"]
    unknown = through_the_flow(floor, flow, repairs, order="1200")
    silent = through_the_flow(floor, flow, repairs)
    assert (unknown.routing["asks"]["priority"], silent.routing["asks"]["priority"]) == (0, 0)
    with other_floor.inside():
        assert not QueueStay.objects.exists()


def test_the_calls_page_names_what_was_asked_and_what_was_found(floor, other_floor, flow, settings):
    repairs = queue_named(floor, "Repairs")
    rule(floor, ORDER, do="priority", seconds=120)
    rule(
        floor,
        {"field": "collected.order", "op": "at_least", "value": 5000},
        name="High orders",
        do="priority",
        seconds=60,
    )
    stay = through_the_flow(floor, flow, repairs, order="4711")
    with floor.inside():
        call = Call.objects.prefetch_related("stays__queue", "offers").get(pk=stay.call_id)
        told = told_stays(call)[0]
    assert ("What the flow collected as “order”", "4711") in told.facts
    assert told.arrival == ["The flow sent it to the queue Repairs."]
    fits, fails = told.rules
    assert (fits.name, fits.fits, fits.does) == ("Known orders", True, "counts as having waited 2:00 longer")
    assert fails.why == "asked: What the flow collected as “order” is at least 5000; found: 4711"


def test_a_rule_moves_callers_of_flows_only_when_it_asks_what_was_collected(floor, other_floor, flow):
    repairs, orders = queue_named(floor, "Repairs"), queue_named(floor, "Orders")
    everybody = rule(floor, name="Everybody", do="queue", queue_id=floor.queue.pk)
    asked = FromFlow(number=floor.number, caller_number="+8613812342211", collected={"order": "4711"})
    with floor.inside():
        assert arrival_from_flow(repairs, asked, at=floor.now).queue == repairs
    moving = rule(floor, ORDER, do="queue", queue_id=orders.pk)
    with floor.inside():
        assert arrival_from_flow(repairs, asked, at=floor.now).queue == orders
        assert arrival_from_flow(repairs, FromFlow(number=floor.number), at=floor.now).queue == repairs
    stay = through_the_flow(floor, flow, orders, order="4711")
    assert stay.routing["arrival"] == [
        {"queue": repairs.pk, "because": "flow"},
        {"queue": orders.pk, "because": "rule", "rule": moving.pk},
    ]
    assert [entry["rule"] for entry in stay.routing["rules"] if entry["fits"]] == [everybody.pk, moving.pk]


def test_what_was_collected_is_text_and_a_number_where_it_is_compared():
    def fits(op, value, found):
        one = Rule(
            id=1,
            conditions=[{"field": "collected.n", "op": op, "value": value}],
            effects=[{"do": "priority", "seconds": 1}],
        )
        return decide([one], {"collected.n": found} if found is not None else {}).trace[0]["fits"]

    assert [fits("is", "Gold", "gold"), fits("is_not", "gold", None), fits("one_of", ["a", "b"], "B")] == [
        True
    ] * 3
    assert [fits("between", [5, 10], "7.5"), fits("at_least", 8, "7"), fits("at_most", 9, "$7")] == [
        True,
        False,
        False,
    ]
    assert [fits("at_least", "7", "8"), fits("has", "x", "x"), fits("is", 7, "7")] == [False] * 3


def test_the_editor_offers_what_flows_collect_but_no_secret(floor, other_floor, flow):
    with other_floor.inside():
        Flow.objects.update(draft=document(node("a", "collect", name="theirs")))
    rule(floor, {"field": "collected.gone", "op": "is", "value": "1"}, do="priority", seconds=1)
    with floor.inside():
        fields = {field["name"]: field for field in vocabulary()["fields"]}
        assert [name for name in fields if name.startswith("collected.")] == [
            "collected.gone",
            "collected.order",
        ]
        assert (fields["collected.order"]["kind"], "at_least" in fields["collected.order"]["ops"]) == (
            "collected",
            True,
        )
        bad = [
            {"field": name, "op": "is", "value": "1"}
            for name in ("collected.", "collected.A", "collected.x; drop")
        ]
        wrong = problems_of_rule(bad, [{"do": "priority", "seconds": 1}])
        assert [(one.key, one.code) for one in wrong] == [("field", "unknown")] * 3


def test_the_what_if_page_tries_callers_of_flows_past_and_made_up(floor, other_floor, flow, boss, today):
    repairs, orders = queue_named(floor, "Repairs"), queue_named(floor, "Orders")
    stay = through_the_flow(floor, flow, repairs, order="4711")
    rule(floor, ORDER, do="queue", queue_id=orders.pk)
    today["now"] = floor.now + timedelta(minutes=1)
    past = boss.post("/what-if/", {"call": str(stay.call_id)}).context["answers"][0]
    assert ("What the flow collected as “order”", "4711") in past.facts
    assert past.arrival == [
        "The flow sent it to the queue Repairs.",
        "The rule “Known orders” sent it to the queue Orders.",
    ]
    asked = {"queue": str(repairs.pk), "number": floor.number, "collected": "order = 4799\nsize=9"}
    made_up = boss.post("/what-if/", asked).context["answers"][0]
    assert made_up.trial.queue == orders
    wrong = boss.post("/what-if/", asked | {"collected": "Order 47"})
    assert wrong.context["answers"] == []
    assert "Write a name of small letters" in wrong.content.decode()
    by_api = boss.post(
        "/api/v1/what-if/",
        {"queue_id": repairs.pk, "collected": {"order": "4711"}},
        content_type="application/json",
    ).json()
    assert (by_api["queue"]["name"], by_api["facts"]["collected.order"]) == ("Orders", "4711")
