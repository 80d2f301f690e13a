"""Facts come twice, late, in any order, one by one or many together: the rows end alike."""

from itertools import cycle

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.actions import call_control
from telephony.ingest import Ingest
from telephony.models import Call, Leg, Offer, QueueStay
from telephony.switch import ConsultCommand, QueueEntry
from tests.telephony.floor import EPOCH, Floor


class RollBack(Exception):
    pass


def record(floor: Floor, story) -> tuple[list, object]:
    """The facts of a story, heard in order, with the offers that were made."""
    heard, listen = [], floor.listen

    def note() -> None:
        facts = floor.switch.all_told()
        heard.extend(facts)
        for fact in facts:
            floor.switch.told.put(fact)
        listen()

    floor.listen = note
    return heard, story(floor)


def rows(floor: Floor) -> list:
    """Everything that is to be the same, as plain values."""
    with floor.inside():
        calls = Call.objects.values_list(
            "state", "exit", "ended_by", "agent_id", "queue_id", "queued_at", "answered_at", "ended_at",
            "talk_seconds", "hold_seconds", "caller_number", "number",
        )  # fmt: skip
        stays = QueueStay.objects.order_by("entered_at").values_list(
            "queue_id", "exit", "left_at", "agent_id"
        )
        offers = Offer.objects.order_by("offered_at").values_list(
            "outcome", "talk_seconds", "hold_seconds", "consult_seconds", "joined_at", "ended_at"
        )
        legs = Leg.objects.order_by("created_at", "kind").values_list(
            "kind", "cause", "ended_at", "bridged_at"
        )
        return [list(calls), list(stays), list(offers), list(legs)]


def answered_and_held(floor: Floor) -> None:
    call_id, offer = floor.talk(floor.agent_of_story, seconds=10)
    floor.switch.hold(offer.pk)
    floor.clock.pass_seconds(7)
    floor.switch.unhold(offer.pk)
    floor.clock.pass_seconds(5)
    floor.switch.end(call_id)
    floor.listen()


def abandoned_while_ringing(floor: Floor) -> None:
    call_id = floor.caller()
    floor.clock.pass_seconds(1)
    offer = floor.offer(call_id, floor.agent_of_story)
    floor.clock.pass_seconds(4)
    floor.switch.end(call_id)
    floor.switch.hang_up(offer.pk, "ORIGINATOR_CANCEL")
    floor.listen()


def waited_past_the_limit(floor: Floor) -> None:
    call_id = floor.caller()
    floor.clock.pass_seconds(300)
    floor.switch.give_up_waiting(call_id)
    floor.clock.pass_seconds(9)
    floor.switch.end(call_id)
    floor.listen()


def asked_and_handed_over(floor: Floor) -> None:
    call_id, offer = floor.talk(floor.agent_of_story, seconds=10)
    with floor.inside():
        asked, phone = call_control.ask_colleague(
            talk=offer, to_agent_id=floor.colleague_of_story.pk, cell="main", epoch=EPOCH, at=floor.now
        )
    entry = QueueEntry(
        tenant="acme", queue_id=floor.queue.pk, priority=0, max_wait_seconds=300, language="zh"
    )
    floor.switch.consult(
        ConsultCommand(
            consult_id=asked.pk,
            tenant=floor.tenant.schema_name,
            agent_leg_id=offer.pk,
            caller_leg_id=call_id,
            call_id=call_id,
            entry=entry,
            epoch=EPOCH,
            timeout_seconds=30,
            agent_id=asked.agent_id,
            username=phone.username,
            domain=floor.tenant.host,
        )
    )
    floor.clock.pass_seconds(5)
    floor.switch.consulted_answers(asked.pk)
    floor.clock.pass_seconds(20)
    floor.switch.complete_consult(offer.pk)
    floor.clock.pass_seconds(30)
    floor.switch.end(call_id)
    floor.listen()


def tell(told: list, portions: list[int]) -> None:
    """In portions of these sizes, again and again: one of 0 or 1 is taken row by row, larger ones in one sitting."""
    sizes = cycle(portions)
    while told:
        size = next(sizes)
        if size < 2:
            Ingest().take(told.pop(0))
            continue
        ingest = Ingest()
        for tenant, together in ingest.by_tenant([told.pop(0) for _fact in told[:size]]):
            if tenant:
                ingest.take_together(tenant, together)
            else:
                ingest.take(together[0])


STORIES = [answered_and_held, abandoned_while_ringing, waited_past_the_limit, asked_and_handed_over]


@pytest.mark.parametrize("story", STORIES)
def test_any_order_and_any_number_of_tellings_end_alike(floor, story):
    floor.agent_of_story, floor.colleague_of_story = floor.agent(), floor.agent()
    heard, _nothing = record(floor, story)
    expected = rows(floor)
    with floor.inside():
        offers = list(Offer.objects.all())
        stays = {stay.pk: stay for stay in QueueStay.objects.all()}
        call_ids = list(Call.objects.values_list("pk", flat=True))

    def forget_what_was_told() -> None:
        """Back to the moment after the offer was written: its row is ours, not the switch's."""
        with floor.inside():
            Leg.objects.all().delete()
            QueueStay.objects.update(left_at=None, exit="", answered_at=None, agent=None, fell_back_at=None)
            Call.objects.update(
                state="arrived", exit="", ended_by="", agent=None, ended_at=None, answered_at=None
            )
            Offer.objects.update(
                outcome="", ended_at=None, answered_at=None, talk_ended_at=None, talk_seconds=0, hold_seconds=0,
                wrap_up_started_at=None, wrap_up_ended_at=None, joined_at=None, consult_seconds=0, doing="",
            )  # fmt: skip
            if not offers:
                Call.objects.filter(pk__in=call_ids).delete()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.permutations(heard),
        st.lists(st.sampled_from(heard), max_size=4),
        st.lists(st.integers(0, 8), min_size=1, max_size=6),
    )
    def play(order, again, portions) -> None:
        try:
            with transaction.atomic():
                forget_what_was_told()
                tell([*order, *again], portions)
                assert rows(floor) == expected
                raise RollBack
        except RollBack:
            pass

    play()
    assert stays
