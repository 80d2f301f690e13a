"""How well a leg was heard: from the switch's own record to the row, the call's page, and somebody's work."""

import orjson
import pytest

from telephony import facts
from telephony.actions.line_quality import keep_quality_terms
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.translate import Source
from telephony.models import FollowUp, LineQuality
from telephony.queries.line_tally import counted_lines
from tenants.errors import BadInput
from tenants.people.models import AuditEntry

SOURCE = Source("main-1", "/recordings")
MEASURED = {
    "rtp_audio_in_media_packet_count": "3000",
    "rtp_audio_in_skip_packet_count": "25",
    "rtp_audio_in_jitter_min_variance": "0.03",
    "rtp_audio_in_jitter_max_variance": "25.00",
    "rtp_audio_in_jitter_loss_rate": "0.05",
    "rtp_audio_in_flaw_total": "158",
    "rtp_audio_in_quality_percentage": "94.00",
    "rtp_audio_in_mos": "4.21",
    "sofia_profile_name": "external",
    "sip_network_ip": "203.0.113.9",
}


def record(leg_id, **variables) -> bytes:
    told = {
        "uuid": str(leg_id),
        "direction": "inbound",
        "cc_tenant": "acme",
        "start_uepoch": "1795272900000000",
        "answer_uepoch": "1795272901000000",
        "end_uepoch": "1795272961000000",
        "billsec": "60",
        "hangup_cause": "NORMAL_CLEARING",
    }
    return orjson.dumps({"variables": told | variables, "callflow": []})


def measured_in(content: bytes) -> list[facts.LegMeasured]:
    return [fact for fact in settle(content, SOURCE) if isinstance(fact, facts.LegMeasured)]


LEG = "6f1e2d3c-0000-4000-8000-000000000001"


def test_the_switchs_record_says_how_a_leg_was_heard():
    [told] = measured_in(record(LEG, **MEASURED))
    assert (told.mos, told.loss_percent, told.jitter_ms, told.delay_ms) == (4.21, 4.76, 5.0, None)
    assert (told.trunk, told.packets, str(told.leg_id)) == ("203.0.113.9", 3000, LEG)
    [short] = measured_in(record(LEG, **MEASURED | {"rtp_audio_in_jitter_loss_rate": "0.00"}))
    assert short.loss_percent == 5.0
    [out] = measured_in(record(LEG, **MEASURED | {"direction": "outbound", "sip_gateway_name": "backup"}))
    assert out.trunk == "backup"
    [phone] = measured_in(record(LEG, **MEASURED | {"direction": "outbound"}))
    assert phone.trunk == ""


@pytest.mark.parametrize(
    "odd",
    [
        {"rtp_audio_in_media_packet_count": "99"},
        {"rtp_audio_in_media_packet_count": "many"},
        {"rtp_audio_in_mos": "nan"},
        {"rtp_audio_in_mos": "9.99"},
        {"rtp_audio_in_mos": ""},
    ],
)
def test_of_too_little_or_nonsense_nothing_is_said(odd):
    assert measured_in(record(LEG, **MEASURED | odd)) == []
    assert len(settle(record(LEG, **MEASURED | odd), SOURCE)) >= 1, "the bill is made all the same"


def told_of(floor, leg_id, is_later=False, **values) -> facts.LegMeasured:
    given = {
        "trunk": "203.0.113.9",
        "packets": 3000,
        "mos": 4.4,
        "loss_percent": 0.1,
        "jitter_ms": 1.5,
    } | values
    fact = facts.LegMeasured(
        node="main-1", at=floor.now, tenant=floor.tenant.schema_name, leg_id=leg_id, **given
    )
    if not is_later:
        floor.ingest.take(fact)
    return fact


def rows_of(floor) -> list[tuple]:
    with floor.inside():
        return list(
            LineQuality.objects.order_by("mos").values_list("pk", "agent_id", "trunk", "mos", "least_mos")
        )


def test_each_leg_has_its_quality_once(floor, other_floor):
    agent = floor.agent()
    call_id, offer = floor.talk(agent)
    told_of(floor, call_id, mos=4.3)
    told_of(floor, offer.pk, mos=4.0)
    told_of(floor, offer.pk, mos=1.0)
    assert rows_of(floor) == [(offer.pk, agent.pk, "", 4.0, 3.6), (call_id, None, "203.0.113.9", 4.3, 3.6)]
    assert rows_of(other_floor) == []
    with floor.inside():
        assert FollowUp.objects.count() == 0


def test_many_lines_told_together_end_as_each_alone(floor, other_floor, at_once):
    agent = floor.agent()
    call_id, offer = floor.talk(agent)
    told = [told_of(floor, call_id, mos=3.0, is_later=True), told_of(floor, offer.pk, mos=4.0, is_later=True)]
    before = counted_lines() or (0, 0)
    for _time in range(2):
        floor.ingest.take_together(floor.tenant.schema_name, [*told, *told])
    assert rows_of(floor) == [(call_id, None, "203.0.113.9", 3.0, 3.6), (offer.pk, agent.pk, "", 4.0, 3.6)]
    assert rows_of(other_floor) == []
    with floor.inside():
        assert FollowUp.objects.filter(kind="poor_line", call_id=call_id).count() == 1
    assert counted_lines() == (before[0] + 2, before[1] + 1)


def test_a_poor_line_is_work_once_for_each_phone_and_trunk(floor, other_floor, at_once):
    agent, other = floor.agent(), floor.agent()
    calls = []
    for who in (agent, agent, other):
        call_id, offer = floor.talk(who)
        floor.switch.hang_up(offer.pk)
        floor.listen()
        with floor.inside():
            from telephony import actions

            actions.finish_wrap_up(agent_id=who.pk, call_id=call_id, at=floor.now)
        told_of(floor, offer.pk, mos=3.1)
        told_of(floor, call_id, mos=4.4)
        calls.append(call_id)
    with floor.inside():
        work = FollowUp.objects.filter(kind="poor_line").order_by("pk")
        assert [row.call_id for row in work] == [calls[0], calls[2]]
        FollowUp.objects.update(state="done")
    call_id, _offer = floor.talk(agent)
    told_of(floor, call_id, mos=2.0)
    told_of(floor, _offer.pk, mos=2.0)
    with floor.inside():
        assert FollowUp.objects.filter(kind="poor_line", state="open").count() == 1
    with other_floor.inside():
        assert FollowUp.objects.count() == 0
    assert counted_lines() == (8, 5)


def test_the_threshold_is_the_tenants_and_of_its_time(floor, acme):
    agent = floor.agent()
    call_id, offer = floor.talk(agent)
    told_of(floor, call_id, mos=4.0)
    with floor.inside():
        keep_quality_terms(least_mos=4.2, opens_follow_ups=False)
        with pytest.raises(BadInput):
            keep_quality_terms(least_mos=5.0, opens_follow_ups=True)
        assert AuditEntry.objects.filter(subject__startswith="telephony.qualityterms").count() == 1
    told_of(floor, offer.pk, mos=4.0)
    with floor.inside():
        assert {row.pk: row.is_poor for row in LineQuality.objects.all()} == {call_id: False, offer.pk: True}
        assert FollowUp.objects.count() == 0


def test_the_calls_page_shows_each_leg(floor, other_floor, member, client_of):
    call_id, offer = floor.talk(floor.agent())
    told_of(floor, offer.pk, mos=3.05, loss_percent=8.2, jitter_ms=31.4)
    page = client_of(member(floor.tenant, "supervisor")).get(f"/calls/{call_id}/").content.decode()
    for said in ("3.05", "8.2", "31"):
        assert said in page
    assert client_of(member(other_floor.tenant, "owner")).get(f"/calls/{call_id}/").status_code == 404
