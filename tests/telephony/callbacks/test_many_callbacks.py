"""Hundreds of promises among callers who hold the line, agents who miss and customers who do not answer: nobody is
overtaken, and nobody's phone is rung twice at once.
"""

import os
import random
from collections import Counter
from datetime import timedelta

import pytest

from telephony.models import Call, Callback, CallbackAttempt, Offer, Queue, QueueStay
from telephony.queries.callbacks import promises_kept
from tests.telephony.callbacks.desk import terms, wants_a_callback
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")
CALLBACKS = int(os.environ.get("CALLBACKS", "60"))
"""`CALLBACKS=500 pytest tests/telephony/callbacks/test_many_callbacks.py -s` is the whole story: some minutes."""
PROMISED_SHARE = 0.9
AGENTS = 12
TALK, RINGS = 40, 8


@pytest.fixture
def office(floor, settings) -> Office:
    settings.SWITCH = {**settings.SWITCH, "gateway": "127.0.0.1:5999"}
    made = Office(floor)
    terms(made, retry_minutes=3, max_attempts=3)
    with floor.inside():
        Queue.objects.filter(pk=floor.queue.pk).update(wrap_up_seconds=0, max_missed_offers=1000)
    return made


class Story:
    """What happens to each offer is thrown once, when its phone begins to ring."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chance = office, random.Random(seed)
        self.overtakes: list[str] = []
        self.at_once = 0
        self.seen: set = set()
        self.talks: dict = {}

    def look(self) -> None:
        """Every phone that has begun to ring: was somebody before this one? Then let people act."""
        with self.office.floor.inside():
            rung = list(Offer.objects.filter(ended_at=None, answered_at=None).exclude(pk__in=self.seen))
            for offer in rung:
                self._judge(offer)
            numbers = Counter(
                Offer.objects.filter(ended_at=None, stay=None).values_list("call__caller_number", flat=True)
            )
            self.at_once += sum(count - 1 for count in numbers.values())
        for offer in rung:
            self.seen.add(offer.pk)
            self._act(offer)
        self.office.settle()

    def _judge(self, offer: Offer) -> None:
        """Nobody who waits, and is due, came earlier and was not offered by the moment this one was."""
        attempt = CallbackAttempt.objects.filter(call_id=offer.call_id).select_related("callback").first()
        since = attempt.callback.waiting_since if attempt else offer.stay.waiting_since
        ringing = Offer.objects.filter(ended_at=None).values("stay_id")
        callers = QueueStay.objects.filter(left_at=None, entered_at__lt=since).exclude(
            pk__in=ringing.exclude(stay=None)
        )
        promised = Callback.objects.filter(
            state__in=("waiting", "retry"), ended_at=None, waiting_since__lt=since
        ).exclude(not_before__gt=offer.offered_at)
        before = callers.count() + promised.count()
        if before:
            self.overtakes.append(f"{offer.pk}: {before}")

    def _act(self, offer: Offer) -> None:
        fate = self.chance.random()
        if fate < 0.05:
            self.office.switch.end(offer.pk, cause="NO_ANSWER")
            return
        self.office.switch.pick_up(offer.pk)
        self.office.settle()
        if offer.stay_id is None and fate < 0.15:
            self.office.switch.declines(offer.pk, "USER_BUSY" if fate < 0.1 else "NO_ANSWER")
            return
        if offer.stay_id is None:
            self.office.switch.joins(offer.pk)
        self.talks[offer.pk] = self.office.floor.now + timedelta(seconds=TALK)

    def end_talks(self) -> None:
        for offer_id, until in list(self.talks.items()):
            if until <= self.office.floor.now:
                self.office.switch.end(offer_id)
                del self.talks[offer_id]
        self.office.settle()

    def pass_time(self, seconds: float = 5) -> None:
        self.office.pass_seconds(seconds)
        self.end_talks()
        self.look()


@pytest.mark.timeout(900)
def test_of_hundreds_of_promises_none_is_overtaken_and_none_rings_twice(office):
    promised = 0
    story = Story(office, seed=11)
    for number in range(CALLBACKS):
        wants_a_callback(office, f"+861380{number:07}", waited=1)
        promised += 1
        if number % 5 == 0:
            office.caller(number=f"+861390{number:07}")
    for _agent in range(AGENTS):
        office.floor.agent()
    office.settle()
    story.look()
    for _turn in range(2000):
        story.pass_time()
        with office.floor.inside():
            if not Callback.objects.filter(ended_at=None).exists():
                break
    with office.floor.inside():
        states = Counter(Callback.objects.values_list("state", flat=True))
        assert sum(states.values()) == promised
        assert set(states) <= {"done", "missed"}
        assert states["done"] >= 0.95 * promised
        assert story.overtakes == []
        assert story.at_once == 0
        assert CallbackAttempt.objects.filter(ended_at=None).count() == 0
        assert Call.objects.filter(direction="outbound", ended_at=None).count() <= len(story.talks)
        kept = promises_kept(office.floor.now - timedelta(days=1), office.floor.now)
        assert kept.tried == promised
        assert kept.share is not None
        assert kept.share >= PROMISED_SHARE
        print("in time", kept.share, "median minutes", kept.median_minutes, dict(states))
