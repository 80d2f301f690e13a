"""Pain 19: answered calls that were not recorded are listed each day, with the reason."""

from datetime import timedelta
from uuid import uuid4

import pytest

from telephony.models import Agent, Call, KeptSound, Offer, Recording
from telephony.queries.unrecorded import recorded_day
from tenants.context import enter


@pytest.fixture
def agent(inside, acme, member) -> Agent:
    return Agent.objects.create(member=member(acme, "agent", name="Ann"), name="Ann", extension="1001")


def a_talk(
    shelf, agent, *, at=None, recorded=None, sha256="a" * 64, kept="", alarm="", seconds=60, **offer
) -> Offer:
    """A talk of a minute; `recorded` is how many seconds the file has, None for no file."""
    at = at or shelf.now
    call = Call.objects.create(
        arrived_at=at, answered_at=at, ended_at=at, state="ended", exit="answered", agent=agent
    )
    talk = Offer.objects.create(
        id=uuid4(), call=call, agent=agent, offered_at=at, expires_at=at, answered_at=at,
        ended_at=at + timedelta(seconds=seconds), outcome="bridged", talk_seconds=seconds,
        **{"recording_mode": "all", "recording_path": "acme/x.wav", "recording_version": 4} | offer,
    )  # fmt: skip
    if recorded is not None:
        file = Recording.objects.create(
            call=call, leg=talk.pk, path=f"acme/{talk.pk}.wav", ended_at=at, seconds=recorded, sha256=sha256
        )
        if kept:
            KeptSound.objects.create(
                kind="recording", subject_id=str(file.pk), call=call, path=file.path, recorded_at=at, state=kept,
                alarm=alarm,
            )  # fmt: skip
    return talk


CASES = [
    ({"recorded": 60}, ""),
    ({"recorded": 59.1}, ""),
    ({"recorded": 60, "kept": "deleted"}, ""),
    ({"recorded": 40}, "short"),
    ({"recorded": 40, "recording_mode": "on_demand"}, "stopped"),
    ({"recording_mode": "on_demand", "recording_path": ""}, "on_demand"),
    ({"recording_mode": "never", "recording_path": ""}, "policy"),
    ({"recording_mode": "percentage", "recording_path": ""}, "not_drawn"),
    ({"recording_by": "no_room_disk", "recording_path": ""}, "disk"),
    ({"recording_by": "no_room_quota", "recording_path": ""}, "quota"),
    ({}, "no_file"),
    ({"recorded": 60, "sha256": ""}, "missing"),
    ({"recorded": 60, "kept": "lost"}, "missing"),
    ({"recorded": 60, "kept": "sealed", "alarm": "tampered"}, "alarm"),
]


@pytest.mark.parametrize(("made", "reason"), CASES)
def test_each_talk_without_a_whole_recording_says_why(inside, agent, made, reason):
    talk = a_talk(inside, agent, **made)
    day = recorded_day(inside.now.date())
    assert [(row.offer, row.reason) for row in day.rows] == ([(talk, reason)] if reason else [])
    is_meant = reason not in ("policy", "not_drawn", "on_demand")
    assert (day.answered, day.scope, day.whole) == (1, int(is_meant), int(not reason))


def test_the_day_is_the_tenants_and_the_tenants_alone(inside, acme, agent):
    acme.time_zone = "Asia/Shanghai"
    acme.save()
    from tenants.context import connection

    connection.tenant.time_zone = "Asia/Shanghai"
    midnight = inside.now.replace(hour=16, minute=0)
    before = a_talk(inside, agent, at=midnight - timedelta(seconds=1))
    after = a_talk(inside, agent, at=midnight)
    assert [row.offer for row in recorded_day(inside.now.date()).rows] == [before]
    tomorrow = recorded_day(inside.now.date() + timedelta(days=1))
    assert [row.offer for row in tomorrow.rows] == [after]
    assert (tomorrow.percent, tomorrow.reasons) == (0.0, {"no_file": 1})
    with enter("globex"):
        assert recorded_day(inside.now.date()).answered == 0
