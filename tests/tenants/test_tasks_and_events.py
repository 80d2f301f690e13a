"""The doors besides HTTP: tasks carry their tenant, events are told where they happened."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import transaction

from contactcenter.celery import app
from tenants import events
from tenants.context import current_schema, enter
from tenants.events import Event, emit, subscribe
from tenants.tasks import HEADER, for_every_tenant, tenant_task

heard: list[str] = []


@tenant_task(name="tests.where_am_i", shared=False)
def where_am_i() -> None:
    heard.append(current_schema())


@tenant_task(name="tests.try_again", bind=True, max_retries=2, shared=False)
def try_again(self) -> None:
    heard.append(f"{current_schema()} {self.request.retries}")
    if self.request.retries < 2:
        raise self.retry(countdown=0)


@pytest.fixture(autouse=True)
def _eager():
    heard.clear()
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


def test_a_task_runs_in_the_schema_it_was_sent_from(acme, globex):
    with enter("acme"):
        where_am_i.delay()
    with enter("globex"):
        where_am_i.delay()
    where_am_i.delay()
    assert heard == ["acme", "globex", "public"]
    assert current_schema() == "public"


def test_a_repeated_task_keeps_its_tenant_and_its_count(acme):
    app.conf.task_eager_propagates = False
    with enter("acme"):
        try_again.delay()
    assert heard == ["acme 0", "acme 1", "acme 2"]


def test_the_schema_travels_in_the_message(acme, monkeypatch):
    app.conf.update(task_always_eager=False)
    sent = []
    monkeypatch.setattr(app, "send_task", lambda *args, **options: sent.append(options))
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda self, *args, **options: sent.append(options)
    )
    with enter("acme"):
        where_am_i.delay()
    assert sent[0]["headers"] == {HEADER: "acme"}


def test_periodic_work_reaches_each_tenant_once(acme, globex):
    assert for_every_tenant(where_am_i) == 2
    assert heard == ["acme", "globex"]


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Event):
    litres: int


@pytest.fixture
def handlers(monkeypatch):
    monkeypatch.setattr(events, "_handlers", {})


def test_an_event_is_told_in_its_own_schema_after_the_commit(acme, at_once, handlers, now: datetime):
    told = []
    subscribe(KettleBoiled, lambda event: told.append((current_schema(), event.litres)))
    with enter("acme"), transaction.atomic():
        emit(KettleBoiled(occurred_at=now, litres=2))
        assert told == []
    assert told == [("acme", 2)]


def test_what_was_rolled_back_is_not_told(acme, at_once, handlers, now):
    told = []
    subscribe(KettleBoiled, told.append)

    @transaction.atomic
    def boil_and_break() -> None:
        emit(KettleBoiled(occurred_at=now, litres=2))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        boil_and_break()
    assert told == []


def test_a_broken_reaction_does_not_silence_the_others(acme, at_once, handlers, now):
    told = []
    subscribe(KettleBoiled, lambda event: 1 / 0)
    subscribe(KettleBoiled, told.append)
    subscribe(KettleBoiled, told.append)
    event = KettleBoiled(occurred_at=now, litres=1)
    emit(event)
    assert told == [event]


def test_in_one_breath_the_state_of_a_row_is_told_once_to_all_its_hearers(acme):
    told = []

    def tell(hearers):
        told.append((current_schema(), {subject: sorted(heard) for subject, heard in hearers.items()}))

    with enter("acme"), events.in_one_breath():
        events.say(tell, 7, "ann")
        events.say(tell, 8)
        with events.in_one_breath():
            events.say(tell, 7, "bob")
        assert told == []
    assert told == [("acme", {7: ["ann", "bob"], 8: []})]
    with enter("acme"):
        events.say(tell, 9, "ann")
    assert told[1:] == [("acme", {9: ["ann"]})]


@dataclass(frozen=True, kw_only=True)
class Shouted(Event):
    number: int


def test_what_somebody_waits_for_is_said_before_the_breath_ends(acme, globex, at_once, now):
    told = []

    def calls(hearers):
        told.append(
            (current_schema(), "calls", {subject: sorted(heard) for subject, heard in hearers.items()})
        )

    def agents(hearers):
        told.append((current_schema(), "agents", sorted(hearers)))

    subscribe(Shouted, lambda event: events.say_soon(calls, event.number, "ann"))
    with events.in_one_breath():
        with enter("globex"):
            events.say(calls, 3)
        with enter("acme"):
            events.say(agents, 7)
            events.say(calls, 2, "bob")
            with events.telling_later():
                with transaction.atomic():
                    emit(Shouted(occurred_at=now, number=1))
                assert told == []
            # All that waited for the same, of this tenant, and nothing else.
            assert told == [("acme", "calls", {2: ["bob"], 1: ["ann"]})]
            events.say(calls, 1)
    assert told[1:] == [("globex", "calls", {3: []}), ("acme", "agents", [7]), ("acme", "calls", {1: []})]


def test_without_a_breath_what_is_said_soon_is_said_at_once(acme):
    told = []
    with enter("acme"):
        events.say_soon(lambda hearers: told.append(hearers), 7, "ann")
    assert told == [{7: {"ann"}}]


def test_what_is_told_later_is_told_in_order_also_when_the_block_fails(acme, at_once, now):
    numbers: list[int] = []
    subscribe(Shouted, lambda event: numbers.append(event.number))
    with contextlib.suppress(ZeroDivisionError), enter("acme"), events.telling_later():
        for number in (1, 2):
            with transaction.atomic():
                emit(Shouted(occurred_at=now, number=number))
        assert numbers == []
        raise ZeroDivisionError
    assert numbers == [1, 2]
