"""What a flow asks on the way: hours with holidays and changing clocks, notices, conditions, shares; two tenants."""

from datetime import UTC, datetime

import pytest

from telephony.actions.flows import create_flow, publish_flow
from telephony.flows.document import parse
from telephony.flows.walk import Answer
from telephony.models import CallerProfile, Flow, Prompt, Queue, WorkingHours
from telephony.queries.flow_facts import Asked, answer_ask, answer_node, hours_exit
from telephony.queries.flow_walks import Trial, try_flow
from tests.telephony.drawn import document, node, spoken_prompt

CALLER = "+8613812342211"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ask(node_made, floor, moment=None, asked=None) -> Answer:
    drawn = parse(document(node_made)).nodes[node_made["id"]]
    with floor.inside():
        return answer_node(drawn, asked or Asked(number=floor.number), moment or floor.now, flow_id=1)


def office(floor, spans=((0, "09:00", "18:00"),), days=()) -> int:
    with floor.inside():
        hours = WorkingHours.objects.create(name=f"Office {WorkingHours.objects.count()}")
        for weekday, opens, closes in spans:
            hours.opening_times.create(weekday=weekday, opens_at=opens, closes_at=closes)
        for on, opens, closes in days:
            hours.special_days.create(on=on, opens_at=opens, closes_at=closes)
        return hours.pk


def exit_at(floor, hours: int, moment: str) -> str:
    with floor.inside():
        return hours_exit(hours, at(moment))


WEEKDAYS = tuple((day, "09:00", "18:00") for day in range(5))
EVERY_DAY = tuple((day, "09:00", "18:00") for day in range(7))
DAY_AND_NIGHT = tuple((day, "00:00", "00:00") for day in range(7))


@pytest.mark.parametrize(
    ("spans", "monday_noon", "monday_late", "sunday_noon", "sunday_night"),
    [
        (WEEKDAYS, "open", "closed", "closed", "closed"),
        (EVERY_DAY, "open", "closed", "open", "closed"),
        (DAY_AND_NIGHT, "open", "open", "open", "open"),
    ],
)
def test_the_usual_hours_of_service(floor, spans, monday_noon, monday_late, sunday_noon, sunday_night):
    """acme is in Shanghai, eight hours ahead of UTC."""
    hours = office(floor, spans)
    found = [
        exit_at(floor, hours, moment)
        for moment in ("2026-11-16T04:00", "2026-11-16T10:01", "2026-11-22T04:00", "2026-11-22T15:59")
    ]
    assert found == [monday_noon, monday_late, sunday_noon, sunday_night]


def test_at_a_minute_past_six_the_same_number_is_closed(floor):
    hours = office(floor)
    assert [
        exit_at(floor, hours, f"2026-11-16T{time}") for time in ("00:59", "01:00", "09:59", "10:00", "10:01")
    ] == [
        "closed",
        "open",
        "open",
        "closed",
        "closed",
    ]


def test_a_holiday_wins_and_a_short_day_is_no_holiday(floor):
    days = (("2026-11-16", None, None), ("2026-11-23", "10:00", "12:00"))
    hours = office(floor, WEEKDAYS, days)
    assert exit_at(floor, hours, "2026-11-16T04:00") == "holiday"
    assert exit_at(floor, hours, "2026-11-16T15:59") == "holiday"
    assert exit_at(floor, hours, "2026-11-16T16:00") == "closed"
    assert exit_at(floor, hours, "2026-11-23T01:30") == "closed"
    assert exit_at(floor, hours, "2026-11-23T02:30") == "open"
    drawn = {"open": "a", "closed": "b"}
    assert ask(node("h", "hours", drawn, hours=hours), floor, at("2026-11-16T04:00")).exit == "closed"
    drawn["holiday"] = "c"
    assert ask(node("h", "hours", drawn, hours=hours), floor, at("2026-11-16T04:00")).exit == "holiday"


@pytest.mark.parametrize(
    ("day", "opens_utc", "closes_utc"),
    [
        ("2026-03-27", "09:00", "18:00"),
        ("2026-03-30", "08:00", "17:00"),
        ("2026-10-23", "08:00", "17:00"),
        ("2026-10-26", "09:00", "18:00"),
    ],
)
def test_nine_stays_nine_when_the_clocks_change(other_floor, day, opens_utc, closes_utc):
    """globex is in London, whose clocks change on 29 March and 25 October 2026."""
    hours = office(other_floor, WEEKDAYS)
    assert exit_at(other_floor, hours, f"{day}T{opens_utc}") == "open"
    assert exit_at(other_floor, hours, f"{day}T{closes_utc}") == "closed"
    before = f"{int(opens_utc[:2]) - 1:02}:59"
    assert exit_at(other_floor, hours, f"{day}T{before}") == "closed"
    assert exit_at(other_floor, hours, f"{day}T{int(closes_utc[:2]) - 1:02}:59") == "open"


def test_the_hour_that_comes_twice_is_open_twice_and_the_one_that_is_left_out_never(other_floor):
    hours = office(other_floor, ((6, "01:00", "02:00"),))
    autumn = [exit_at(other_floor, hours, f"2026-10-25T{time}") for time in ("00:30", "01:30", "02:00")]
    assert autumn == ["open", "open", "closed"]
    spring = [
        exit_at(other_floor, hours, f"2026-03-29T{time}") for time in ("00:30", "00:59", "01:00", "01:30")
    ]
    assert spring == ["closed", "closed", "closed", "closed"]


def test_a_holiday_is_a_date_of_the_tenants_own_calendar(floor, other_floor):
    day = (("2026-12-25", None, None),)
    shanghai, london = office(floor, DAY_AND_NIGHT, day), office(other_floor, DAY_AND_NIGHT, day)
    moments = (
        "2026-12-24T15:59",
        "2026-12-24T16:00",
        "2026-12-25T15:59",
        "2026-12-25T16:00",
        "2026-12-25T23:59",
    )
    assert [exit_at(floor, shanghai, one) for one in moments] == [
        "open",
        "holiday",
        "holiday",
        "open",
        "open",
    ]
    there = [exit_at(other_floor, london, one) for one in moments]
    assert there == ["open", "open", "holiday", "holiday", "holiday"]


@pytest.mark.parametrize(
    ("moment", "is_heard"),
    [
        ("2026-11-16T00:59", False),
        ("2026-11-16T01:00", True),
        ("2026-11-16T03:59", True),
        ("2026-11-16T04:00", False),
    ],
)
def test_a_notice_is_heard_inside_its_dates_only(floor, moment, is_heard):
    said = node("n", "notice", prompt=1, **{"from": "2026-11-16T09:00", "until": "2026-11-16T12:00"})
    assert ask(said, floor, at(moment)) == Answer("next", is_heard=is_heard)


def test_a_notice_across_the_change_of_clocks_goes_by_the_wall(other_floor):
    said = node("n", "notice", prompt=1, **{"from": "2026-10-25T01:30", "until": "2026-10-25T02:30"})
    heard = [
        ask(said, other_floor, at(f"2026-10-25T{time}")).is_heard
        for time in ("00:29", "00:30", "01:00", "01:30", "02:29", "02:30")
    ]
    assert heard == [False, True, False, True, True, False]


def branch(name, field, op, value):
    return {"exit": name, "when": [{"field": field, "op": op, "value": value}]}


def taken(floor, field, op, value, moment=None, **asked):
    made = node("c", "condition", {"b1": "", "else": ""}, branches=[branch("b1", field, op, value)])
    told = Asked(**({"number": floor.number, "caller_number": CALLER} | asked))
    return ask(made, floor, moment, told).exit == "b1"


def test_conditions_know_the_caller_the_clock_and_what_was_keyed_in(floor, other_floor):
    with floor.inside():
        CallerProfile.objects.create(e164=CALLER, level="vip", tags=["老年人"], language="en")
    collected = {"order": "0042", "balance": "99.5", "word": "Open"}
    assert taken(floor, "tags", "has", "老年人")
    assert not taken(other_floor, "tags", "has", "老年人")
    assert taken(floor, "level", "is", "vip")
    assert taken(floor, "caller_number", "one_of", ["13812342211"])
    assert taken(floor, "region", "is", "Jiangsu")
    assert taken(floor, "now.time", "between", ["16:30", "17:30"])
    assert taken(floor, "now.weekday", "is", 0)
    assert not taken(floor, "now.weekday", "is", 6)
    assert taken(floor, "collected.order", "is", "0042", collected=collected)
    assert taken(floor, "collected.order", "starts_with", "00", collected=collected)
    assert taken(floor, "collected.order", "at_most", 42, collected=collected)
    assert taken(floor, "collected.balance", "between", [99, 100], collected=collected)
    assert taken(floor, "collected.word", "one_of", ["OPEN", "new"], collected=collected)
    assert not taken(floor, "collected.word", "at_least", 1, collected=collected)
    assert not taken(floor, "collected.gone", "is", "0042", collected=collected)


def test_the_language_chosen_counts_and_before_that_the_customers(floor):
    with floor.inside():
        CallerProfile.objects.create(e164=CALLER, language="en")
    assert taken(floor, "language", "is", "en")
    assert taken(floor, "language", "is", "zh", language="zh")


def test_conditions_know_how_a_queue_stands(floor, other_floor):
    pk = floor.queue.pk
    floor.agent()
    assert taken(floor, f"queue.{pk}.ready", "at_least", 1)
    assert taken(floor, f"queue.{pk}.waiting", "at_most", 0)
    floor.agent(is_ready=False)
    floor.caller("+8613900000001")
    assert taken(floor, f"queue.{pk}.waiting", "at_least", 1)
    assert not taken(floor, f"queue.{pk + 99}.waiting", "at_most", 1_000)
    assert taken(other_floor, f"queue.{other_floor.queue.pk}.waiting", "at_most", 0)


def test_the_first_branch_that_holds_is_taken(floor):
    branches = [
        branch("gold", "collected.x", "is", "9"),
        branch("one", "collected.x", "at_least", 1),
        branch("two", "collected.x", "at_least", 0),
    ]
    made = node("c", "condition", branches=branches)
    told = [ask(made, floor, asked=Asked(collected={"x": value})).exit for value in ("9", "1", "0", "none")]
    assert told == ["gold", "one", "two", "else"]


def test_only_the_rows_a_condition_asks_about_are_read(floor, django_assert_num_queries):
    made = parse(document(node("c", "condition", branches=[branch("b1", "collected.x", "is", "1")]))).nodes[
        "c"
    ]
    with floor.inside():
        answer_node(made, Asked(number=floor.number), floor.now, flow_id=1)
        with django_assert_num_queries(1):
            answer_node(made, Asked(number=floor.number, collected={"x": "1"}), floor.now, flow_id=1)


def test_what_cannot_be_answered_takes_the_fallback(floor):
    broken = [
        node("h", "hours", {"closed": "a", "open": "b"}, hours="x"),
        node("c", "condition", {"else": "a"}, branches=[{"exit": "b1", "when": [{"field": 3}]}]),
        node("n", "notice", {"next": "a"}, prompt=1),
        node("s", "split", {"a": "z"}, shares=[{"exit": "a"}]),
    ]
    assert [ask(one, floor).exit for one in broken] == ["closed", "else", "next", "a"]
    assert ask(node("q", "queue", queue=1), floor) is None


@pytest.fixture
def published(floor, member):
    """Hours, a split and a condition, published."""
    hours = office(floor)
    author = member(floor.tenant, "admin")
    with floor.inside():
        prompt = spoken_prompt("Hello", floor.now)
        shares = [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]
        branches = [branch("b1", "collected.order", "starts_with", "9")]
        said = document(
            node("open", "hours", {"open": "ab", "closed": "z"}, hours=hours),
            node("ab", "split", {"a": "ask", "b": "q"}, shares=shares),
            node("ask", "collect", {"next": "cond", "failed": "q"}, prompt=prompt.pk, name="order", tries=1),
            node("cond", "condition", {"b1": "q", "else": "z"}, branches=branches),
            node("q", "queue", queue=floor.queue.pk),
            node("z", "hangup", prompt=prompt.pk),
        )
        made = create_flow(name="Front", document=said, by=author, at=floor.now)
        return publish_flow(flow_id=made.pk, draft_version=1, by=author, at=floor.now)


def test_a_published_node_is_answered_with_few_reads_and_without_its_document(
    floor, other_floor, published, django_assert_max_num_queries
):
    with floor.inside():
        asked = Asked(number=floor.number, caller_number=CALLER)
        with django_assert_max_num_queries(4):
            assert answer_ask(published.pk, "open", asked, floor.now) == Answer("open")
        assert answer_ask(published.pk, "open", asked, at("2026-11-16T10:01")) == Answer("closed")
        assert answer_ask(published.pk, "gone", asked, floor.now) is None
        assert answer_ask(published.pk, "q", asked, floor.now) is None
        assert answer_ask(published.pk, "' || true || '", asked, floor.now) is None
        assert answer_ask(published.pk + 1, "open", asked, floor.now) is None
    with other_floor.inside():
        assert answer_ask(published.pk, "open", asked, floor.now) is None


def test_the_simulator_ends_where_the_switchs_answers_lead(floor, published):
    """Each caller is answered node by node as the switch would ask; the simulator goes the same way."""
    with floor.inside():
        drawn = parse(published.document)
        ends = set()
        for number in range(40):
            who = f"+861380000{number:04}"
            # Every other one has an order: which half a caller falls into goes by the flow's id as well.
            keys = f"{'19'[number % 2]}123#"
            trial = Trial(at=floor.now, number=floor.number, caller_number=who, presses=[keys])
            walked = try_flow(drawn, trial, flow_id=published.flow_id)
            asked = Asked(number=floor.number, caller_number=who, collected={"order": keys[:-1]})
            for step in walked.steps:
                if step.kind in ("hours", "split", "condition"):
                    assert answer_ask(published.pk, step.node, asked, floor.now).exit == step.exit
            ends.add((walked.steps[1].exit, walked.end["kind"]))
    assert ends == {("a", "queue"), ("a", "hangup"), ("b", "queue")}


def test_the_simulator_looks_nothing_up_but_takes_what_it_is_told(floor):
    lookup = node(
        "l",
        "lookup",
        {"found": "a", "not_found": "n", "failed": "f"},
        url="https://shop.example/",
        keep=[{"name": "state", "path": "state"}],
    )
    drawn = parse(
        document(
            lookup,
            node("a", "answer", {"next": "z"}, prompt=1, says=[{"name": "state", "as": "number"}]),
            node("n", "queue", queue=1),
            node("f", "voicemail", queue=1),
            node("z", "hangup"),
        )
    )
    with floor.inside():
        found = try_flow(drawn, Trial(at=floor.now, looked_up={"state": "3"}), flow_id=1)
        assert (found.end["kind"], found.is_self_served) == ("hangup", True)
        assert found.steps[1].heard == [{"prompt": 1}, {"say": "3", "as": "number"}]
        assert try_flow(drawn, Trial(at=floor.now), flow_id=1).end["kind"] == "queue"
        assert (
            try_flow(drawn, Trial(at=floor.now, chosen={"l": "failed"}), flow_id=1).end["kind"] == "voicemail"
        )


def test_walking_writes_nothing(floor, published):
    with floor.inside():
        before = [list(model.objects.values_list()) for model in (Flow, Prompt, Queue, CallerProfile)]
        try_flow(parse(published.document), Trial(at=floor.now, presses=["9#"]), flow_id=published.flow_id)
        assert before == [list(model.objects.values_list()) for model in (Flow, Prompt, Queue, CallerProfile)]
