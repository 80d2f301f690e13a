"""What a number may be used for: regions and directions, refused or listed, in words; and which number is shown."""

import pytest
from django.utils import timezone

from telephony.actions import sign_out
from telephony.actions.callback_attempts import CallbackNotNow, start_attempt
from telephony.actions.callbacks import enter_callback
from telephony.actions.dialling import start_dial
from telephony.actions.number_desk import mask_agent, save_pool
from telephony.dial_errors import NumberNotForThere, NumberNotForThis
from telephony.errors import CallbackNotPermitted
from telephony.flows.document import parse
from telephony.models import Call, Callback, DisplayPool, Entry
from telephony.number_limits import Verdict, regions_of, verdict_on
from telephony.queries.displays import number_to_show, refuse_outside_terms
from telephony.queries.flows import problems_of
from telephony.queries.known_answers import known_tenant
from telephony.queries.plans import MASKED_SECONDS, plan
from telephony.queries.routes import inbound_route
from tenants.desk.errors import NotYourNumber
from tenants.models import Number
from tenants.queries import tenants_on_line
from tests.telephony.floor import EPOCH
from tests.telephony.prepared import SECOND

SHENZHEN, BEIJING, LONDON = "+8675512345678", "+861012345678", "+442079460001"


def limited(**terms) -> Number:
    return Number(**({"use": "both", "regions": [], "outside": "flag"} | terms))


def limit(number: str, **terms) -> None:
    Number.objects.filter(e164=number).update(**terms)


@pytest.mark.parametrize(
    ("terms", "direction", "other", "verdict"),
    [
        ({}, "inbound", LONDON, Verdict()),
        ({"regions": ["CN"]}, "inbound", BEIJING, Verdict()),
        ({"regions": ["Guangdong"]}, "outbound", SHENZHEN, Verdict()),
        ({"regions": ["Guangdong"]}, "inbound", BEIJING, Verdict("flagged", "region", "Beijing")),
        (
            {"regions": ["CN"], "outside": "refuse"},
            "outbound",
            LONDON,
            Verdict("refused", "region", "London"),
        ),
        ({"regions": ["CN"], "outside": "refuse"}, "inbound", "", Verdict("flagged", "region")),
        ({"use": "inbound", "outside": "refuse"}, "outbound", SHENZHEN, Verdict("refused", "use")),
        ({"use": "outbound"}, "inbound", SHENZHEN, Verdict("flagged", "use")),
    ],
)
def test_use_and_regions_decide(terms, direction, other, verdict):
    assert verdict_on(limited(**terms), direction=direction, other=other, home="CN") == verdict


def test_regions_are_read_in_both_languages():
    assert regions_of("中国, 广东，Guangdong/Shenzhen, gb, Atlantis") == (
        ("CN", "Guangdong", "Guangdong/Shenzhen", "GB"),
        ["Atlantis"],
    )


def test_a_caller_from_outside_is_turned_away_and_nobody_is_told_otherwise(lines, floor, other_floor):
    limit(floor.number, regions=["Guangdong"], outside="refuse")
    refused, let_in = inbound_route(floor.number, BEIJING), inbound_route(floor.number, SHENZHEN)
    assert (refused.treatment, refused.queue_id, refused.because) == ("closed", None, "not_permitted")
    assert (let_in.treatment, let_in.queue_id) == ("queue", floor.queue.pk)
    assert inbound_route(other_floor.number, BEIJING).treatment == "queue"
    (line,) = [one for one in tenants_on_line() if one.schema == "acme"]
    known = known_tenant(line, timezone.now())
    assert not known.entries[floor.number].is_for_all
    assert known.entries[SECOND].is_for_all


def test_a_flagged_call_goes_through_and_is_listed_with_the_reason(lines, floor, member, client_of):
    limit(floor.number, regions=["Guangdong"])
    floor.caller(BEIJING)
    floor.caller(SHENZHEN)
    page = client_of(member(floor.tenant, "admin")).get(
        f"/numbers/{Number.objects.get(e164=floor.number).pk}/"
    )
    assert [why for _call, why in page.context["outside"]] == ["Beijing is not among its regions"]
    assert BEIJING not in page.content.decode()


def test_an_operator_sets_the_terms_and_is_told_what_is_no_region(lines, floor, member, client_of):
    operator = client_of(member(None, "operator"))
    number = Number.objects.get(e164=floor.number)
    form = {"use": "inbound", "purpose": "sales", "regions": "China, Atlantis", "outside": "refuse"}
    answer = operator.post(f"/numbers/{number.pk}/terms/", form)
    assert (answer.status_code, "is called Atlantis" in answer.content.decode()) == (422, True)
    operator.post(f"/numbers/{number.pk}/terms/", form | {"regions": "China"})
    number.refresh_from_db()
    assert (number.use, number.regions, number.outside) == ("inbound", ["CN"], "refuse")


# --- which number is shown ---


def pool(floor, *numbers: str, way: str = "in_turn", **more) -> DisplayPool:
    given = {"pool_id": None, "name": "All", "queue_id": None, "is_active": True, "at": timezone.now()}
    with floor.inside():
        return save_pool(**(given | more), way=way, numbers=numbers)


def dial(floor, agent, number: str) -> Call:
    with floor.inside():
        command = start_dial(
            agent_id=agent.pk, number=number, queue_id=None, cell="main", epoch=EPOCH, at=floor.now
        )
        return Call.objects.get(pk=command.call_id)


def test_a_pool_takes_no_number_of_another_tenant(lines, floor, other_floor):
    with pytest.raises(NotYourNumber) as refused:
        pool(floor, floor.number, other_floor.number)
    assert (
        str(refused.value)
        == f"{other_floor.number} is not one of your numbers, so it cannot be shown to anybody."
    )
    with floor.inside():
        assert not DisplayPool.objects.exists()


def test_a_number_that_went_is_not_shown_though_the_pool_still_has_it(lines, floor):
    pool(floor, SECOND)
    with floor.inside():
        assert number_to_show(floor.number) == SECOND
        Number.objects.filter(e164=SECOND).update(tenant=None)
        assert number_to_show(floor.number) == floor.number


def test_pools_take_turns_prefer_the_region_and_yield_to_the_agents_own(
    lines, floor, other_floor, outside_line
):
    local = Number.objects.create(
        e164="+8675588880000", country="CN", tenant=floor.tenant, currency="CNY"
    ).e164
    pool(floor, SECOND, floor.number)
    agent = floor.agent()
    with floor.inside():
        Call.objects.all().delete()
    first = dial(floor, agent, "+8613800000001")
    assert first.number == floor.number
    with floor.inside():
        assert number_to_show("") == SECOND
        DisplayPool.objects.all().delete()
    pool(floor, SECOND, local, way="same_region")
    with floor.inside():
        assert number_to_show("", to=SHENZHEN) == local
        assert number_to_show("", to=BEIJING) == SECOND
        mask_agent(agent_id=agent.pk, number=floor.number, at=floor.now)
        assert number_to_show("", agent_id=agent.pk, to=SHENZHEN) == floor.number
        assert number_to_show("", agent_id=agent.pk + 1, to=SHENZHEN) == local
    with other_floor.inside():
        assert number_to_show(other_floor.number, to=SHENZHEN) == other_floor.number


def test_a_number_that_may_not_call_there_calls_nobody_there(lines, floor, outside_line):
    agent = floor.agent()
    with floor.inside():
        Entry.objects.filter(number_e164=SECOND).update(is_shown=True)
    limit(SECOND, regions=["Guangdong"], outside="refuse")
    limit(floor.number, regions=["Guangdong"], outside="refuse")
    with pytest.raises(NumberNotForThere) as refused:
        dial(floor, agent, BEIJING)
    assert "may not be used for calls to Beijing" in str(refused.value)
    limit(SECOND, regions=[], use="inbound")
    limit(floor.number, regions=[], use="inbound")
    with pytest.raises(NumberNotForThis):
        dial(floor, agent, BEIJING)
    with floor.inside():
        assert not Call.objects.filter(direction="outbound").exists()


def test_pages_of_pools_offer_own_numbers_alone(lines, floor, other_floor, member, client_of):
    admin, leader = client_of(member(floor.tenant, "admin")), client_of(member(floor.tenant, "supervisor"))
    form = {
        "name": "North",
        "queue": "",
        "way": "in_turn",
        "is_active": "on",
        "numbers": [other_floor.number],
    }
    assert admin.post("/numbers/displays/new/", form).status_code == 422
    assert admin.post("/numbers/displays/new/", form | {"numbers": [SECOND]}).status_code == 302
    assert "North" in leader.get("/numbers/displays/").content.decode()
    assert leader.post("/numbers/displays/", {}).status_code == 403


# --- refused at their time, in words, and not only listed ---


def test_a_transfer_or_a_question_outside_the_terms_is_refused_before_the_switch_is_asked(lines, floor):
    limit(SECOND, regions=["Guangdong"], outside="refuse")
    with floor.inside():
        Entry.objects.filter(number_e164=SECOND).update(is_shown=True)
        refuse_outside_terms(number_to_show(floor.number, to=SHENZHEN), SHENZHEN)
        with pytest.raises(NumberNotForThere, match="may not be used for calls to Beijing"):
            refuse_outside_terms(SECOND, BEIJING)
    limit(floor.number, use="inbound", outside="refuse")
    with floor.inside(), pytest.raises(NumberNotForThis, match="is for calls in only"):
        refuse_outside_terms(number_to_show(floor.number, to=BEIJING), BEIJING)


def test_nobody_is_promised_a_call_the_terms_forbid_and_an_old_promise_becomes_work(
    lines, floor, outside_line
):
    def promise(number: str) -> Callback:
        with floor.inside():
            return enter_callback(
                number=number, queue_id=floor.queue.pk, at=floor.now, language="en", source="agent"
            )[0]

    kept = promise(BEIJING)
    for number in (floor.number, SECOND):
        limit(number, regions=["Guangdong"], outside="refuse")
    with pytest.raises(CallbackNotPermitted, match="may not be used for calls to London"):
        promise(LONDON)
    agent = floor.agent()
    with floor.inside(), pytest.raises(CallbackNotNow):
        start_attempt(
            callback_id=kept.pk, agent_id=agent.pk, cell="main", epoch=EPOCH, explanation={}, at=floor.now
        )
    with floor.inside():
        kept.refresh_from_db()
        assert (kept.state, kept.ended_at) == (Callback.State.MISSED, floor.now)


def test_a_flow_that_dials_where_its_number_may_not_is_not_published(lines, floor):
    nodes = [{"id": "x", "kind": "external", "settings": {"number": BEIJING, "seconds": 20}, "exits": {}}]

    def problems() -> set[str]:
        with floor.inside():
            document = parse({"format": 1, "start": "x", "languages": ["en"], "nodes": nodes})
            return {problem.code for problem in problems_of(document, floor.now)}

    assert "not_permitted" not in problems()
    for number in (floor.number, SECOND):
        limit(number, use="inbound", outside="refuse")
    assert "not_permitted" in problems()


def test_a_call_back_to_an_agents_virtual_number_rings_that_agent_first(lines, floor, other_floor):
    first, theirs = floor.agent(), floor.agent()
    with floor.inside():
        mask_agent(agent_id=theirs.pk, number=floor.number, at=floor.now)
        found = plan({"number": floor.number, "caller_number": BEIJING}, floor.queue, at=floor.now)
        other = plan({"number": SECOND, "caller_number": BEIJING}, floor.queue, at=floor.now)
    assert (found["last_agent"]["agent"], found["last_agent"]["why_not"]) == (theirs.pk, "")
    assert found["asks"]["target_agent"] == theirs.pk
    assert found["asks"]["steps"][0]["after"] == (floor.queue.sticky_seconds or MASKED_SECONDS)
    assert other["last_agent"] is None
    with floor.inside():
        sign_out(agent_id=theirs.pk, at=floor.now)
        away = plan({"number": floor.number, "caller_number": BEIJING}, floor.queue, at=floor.now)
    assert (away["last_agent"]["why_not"], away["asks"].get("target_agent")) == ("offline", None)
    assert first.pk != theirs.pk
    with other_floor.inside():
        assert plan({"number": floor.number}, other_floor.queue, at=floor.now)["last_agent"] is None
