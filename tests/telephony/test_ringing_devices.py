"""Which of an agent's phones rings: one answer, in SQL and in Python."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import IntegrityError, transaction

from telephony import actions, queries
from telephony.models import Agent, Device
from telephony.queries.devices import chosen_device, may_register, with_has_phone, with_ringing_device

HERE, AWAY = True, False


def phones(agent, now) -> list[Device]:
    """An IP phone and a page that are there, one of each that is not, and a number outside."""
    made = [Device(agent=agent, kind="number", sip_username="outside", number="+8613800138000")]
    for place, (kind, is_here) in enumerate((k, h) for k in ("sip", "web") for h in (HERE, AWAY)):
        device = Device(agent=agent, kind=kind, sip_username=f"{kind}-{is_here}", a1_hash="0" * 32)
        device.registered_at = now - timedelta(minutes=place + 1)
        device.unregistered_at = None if is_here else now
        made.append(device)
    return made


def test_the_choice_is_the_same_in_sql_and_in_python(floor, now):
    agent = floor.agent()
    with floor.inside():
        Device.objects.filter(agent=agent).delete()
        every = phones(agent, now)
        for size in range(len(every) + 1):
            for some in combinations(every, size):
                Device.objects.filter(agent=agent).delete()
                saved = Device.objects.bulk_create([Device(**values(device)) for device in some])
                for ring_on in Agent.RingOn.values:
                    for elsewhere in (True, False):
                        compare(agent, saved, ring_on, elsewhere)


def values(device: Device) -> dict:
    return {
        field.attname: getattr(device, field.attname)
        for field in Device._meta.fields
        if field.attname != "id"
    }


def compare(agent: Agent, devices: list[Device], ring_on: str, elsewhere: bool) -> None:
    Agent.objects.filter(pk=agent.pk).update(ring_on=ring_on, may_ring_elsewhere=elsewhere)
    [row] = with_has_phone(with_ringing_device(Agent.objects.filter(pk=agent.pk)))
    chosen = chosen_device(row, devices)
    name = None if chosen is None else chosen.sip_username
    assert (row.username, row.has_phone) == (name, name is not None)
    there = [device.sip_username for device in devices if device.is_there]
    if ring_on != "any" and any(row.startswith(ring_on) for row in there):
        assert name.startswith(ring_on)
    if ring_on != "number":
        assert name != "outside", "A number outside rings only when it was chosen."
    if name is None:
        assert not [row for row in there if row != "outside"] or not elsewhere


def test_a_chosen_phone_that_is_not_there_keeps_the_agent_from_being_ready(floor, other_floor):
    agent, other = floor.agent(), other_floor.agent()
    with floor.inside():
        Agent.objects.filter(pk=agent.pk).update(ring_on="web", may_ring_elsewhere=False)
        assert queries.device_to_ring(agent.pk) is None
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=None, at=floor.now)
        with pytest.raises(actions.agents.PhoneNotRegistered):
            actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
        Agent.objects.filter(pk=agent.pk).update(may_ring_elsewhere=True)
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
    assert floor.again(agent).is_ready
    with other_floor.inside():
        assert queries.device_to_ring(other.pk).sip_username == other.extension


def test_a_password_that_ran_out_opens_nothing(floor, now):
    agent = floor.agent()
    with floor.inside():
        page = Device.objects.create(
            agent=agent, kind="web", sip_username="web-1", a1_hash="0" * 32, valid_until=now
        )
        names = may_register(now - timedelta(seconds=1)).values_list("sip_username", flat=True)
        assert set(names) == {agent.extension, page.sip_username}
        assert set(may_register(now).values_list("sip_username", flat=True)) == {agent.extension}


def test_only_a_number_outside_has_a_number(floor):
    agent = floor.agent()
    with floor.inside():
        for kind, number in (("sip", "+861380013800"), ("number", "")):
            with pytest.raises(IntegrityError), transaction.atomic():
                Device.objects.create(agent=agent, kind=kind, sip_username=f"bad-{kind}", number=number)
