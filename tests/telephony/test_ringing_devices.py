"""Which of an agent's phones rings: one answer, in SQL and in Python."""

from collections import defaultdict
from datetime import timedelta
from itertools import combinations, product

import pytest
from django.db import IntegrityError, transaction

from telephony import actions, queries
from telephony.models import Agent, Device
from telephony.queries.devices import chosen_device, may_register, with_has_phone, with_ringing_device
from tenants.people.models import Member

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
    """Of every set of phones and every wish, each an agent of its own: SQL chooses for all in one question."""
    sets = [some for size in range(6) for some in combinations(range(5), size)]
    wishes = list(product(sets, Agent.RingOn.values, (True, False)))
    with floor.inside():
        members = Member.objects.bulk_create(Member(username=f"one{n}") for n in range(len(wishes)))
        agents = Agent.objects.bulk_create(
            Agent(member=member, extension=str(5000 + n), ring_on=ring_on, may_ring_elsewhere=elsewhere)
            for n, (member, (_set, ring_on, elsewhere)) in enumerate(zip(members, wishes, strict=True))
        )
        saved = defaultdict(list)
        for device in Device.objects.bulk_create(
            device
            for agent, (some, _ring_on, _elsewhere) in zip(agents, wishes, strict=True)
            for device in own_phones(agent, some, now)
        ):
            saved[device.agent_id].append(device)
        mine = Agent.objects.filter(pk__in=[agent.pk for agent in agents])
        rows = {row.pk: row for row in with_has_phone(with_ringing_device(mine))}
    assert len(rows) == 32 * 4 * 2
    for row in rows.values():
        compare(row, saved[row.pk])


def own_phones(agent: Agent, some: tuple[int, ...], now) -> list[Device]:
    """A name is one phone's."""
    found = [device for place, device in enumerate(phones(agent, now)) if place in some]
    for device in found:
        device.sip_username += f"-{agent.extension}"
    return found


def compare(row: Agent, devices: list[Device]) -> None:
    chosen = chosen_device(row, devices)
    name = None if chosen is None else chosen.sip_username
    assert (row.username, row.has_phone) == (name, name is not None)
    there = [device.sip_username for device in devices if device.is_there]
    if row.ring_on != "any" and any(one.startswith(row.ring_on) for one in there):
        assert name.startswith(row.ring_on)
    if row.ring_on != "number":
        assert not (name or "").startswith("outside"), "A number outside rings only when it was chosen."
    if name is None:
        assert not [one for one in there if not one.startswith("outside")] or not row.may_ring_elsewhere


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
