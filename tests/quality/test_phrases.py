"""What must be said: which talks are listened to, what becomes of what was heard, and whose word counts."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import redis

from quality import listening_turn, tasks
from quality.actions import phrases as actions
from quality.models import PhraseCheck, PhraseVerdict
from quality.queries import phrases as queries
from telephony.actions import said_phrases
from telephony.actions.recording_policies import change_policy
from telephony.models import CustodyEntry
from telephony.speech.failures import SpeechFailed
from telephony.speech.listening import Heard
from tenants.context import enter
from tenants.people.models import AuditEntry
from tests.telephony.recordings.shelf import furnish

SENTENCES = ("This call is recorded.", "Do you confirm that you understand the risk?", "本次通话将被录音。")


class Service:
    """A recogniser that says what it is told to, or fails."""

    def __init__(self, *texts: str, failure: str = ""):
        self.texts, self.failure, self.asked = list(texts), failure, []

    def __call__(self, tenant, samples, language, phrases):
        self.asked.append((tenant, language, phrases, len(samples)))
        if self.failure:
            raise SpeechFailed(self.failure)
        return Heard(text=self.texts[min(len(self.asked), len(self.texts)) - 1], confidence=0.9)


@pytest.fixture
def house(acme, globex, member, now, settings, tmp_path, monkeypatch) -> SimpleNamespace:
    """Both tenants have the sentences; acme alone listens, by a service of its own."""
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(tmp_path)}
    made = furnish(acme, globex, member, now, tmp_path)
    made.now = now + timedelta(minutes=5)
    made.service = Service("well good morning this call is recorded okay")
    monkeypatch.setattr(said_phrases, "understood_samples", made.service)
    monkeypatch.setattr(said_phrases, "listener_for", lambda language: object())
    authors = {"acme": made.people["boss"], "globex": member(globex, "admin")}
    for name, author in authors.items():
        with enter(name):
            change_policy(rules=[], retention="", phrases=SENTENCES, by=author, at=now)
    with enter("acme"):
        change(made, at=now - timedelta(hours=1))
        yield made


def change(house, *, at, is_on=True, percent=100, queue_ids=(), keeps_transcript=False):
    return actions.change_listening(is_on=is_on, percent=percent, queue_ids=queue_ids, at=at,
                                    keeps_transcript=keeps_transcript, by=house.people["judge"])  # fmt: skip


def listen(house) -> int:
    actions.take_in_talks(at=house.now)
    return actions.listen_on(at=lambda: house.now, until=lambda: False)


def verdicts(check: PhraseCheck) -> list[tuple[str, bool]]:
    return [(one.phrase, one.was_said) for one in check.verdicts.all()]


def test_each_recorded_talk_is_listened_to_once_in_its_own_language(house):
    assert (listen(house), listen(house)) == (2, 0)
    check = PhraseCheck.objects.get(recording_id=house.ann.pk)
    assert verdicts(check) == [(SENTENCES[0], True), (SENTENCES[1], False)]
    assert (check.state, check.missing, check.transcript, check.policy_version) == ("heard", 1, "", 1)
    heard = check.verdicts.get(position=1)
    # The agent's side alone, which speaks in the first two of four seconds.
    assert (heard.at_second, heard.confidence) == (0.0, 0.9)
    assert {(tenant, language) for tenant, language, *_rest in house.service.asked} == {("acme", "en")}
    assert all(length < 2.6 * 16_000 for *_rest, length in house.service.asked)
    assert CustodyEntry.objects.filter(verb="played", details__by="phrase listening").count() == 2
    with enter("globex"):
        assert (PhraseCheck.objects.count(), CustodyEntry.objects.count()) == (0, 0)


def test_only_the_chosen_share_of_the_chosen_queues_from_now_on(house, now):
    change(house, at=now, queue_ids=[])
    PhraseCheck.objects.all().delete()
    other = type(house.queue).objects.create(name="Other")
    change(house, at=now, queue_ids=[other.pk])
    assert listen(house) == 0
    drawn = [actions.is_drawn(type(house.ann.pk)(int=n), 30) for n in range(2000)]
    assert 500 < sum(drawn) < 700
    change(house, at=now, is_on=False)
    assert (listen(house), PhraseCheck.objects.count()) == (0, 0)
    change(house, at=house.now + timedelta(hours=3))
    house.now += timedelta(hours=4)
    assert listen(house) == 0, "talks from before it was switched on are nobody's"


def test_a_service_that_is_away_is_asked_again_and_in_the_end_it_is_said_so(house):
    house.service.failure = "unreachable"
    assert (listen(house), len(house.service.asked)) == (0, 2)
    check = PhraseCheck.objects.get(recording_id=house.ann.pk)
    assert (check.state, check.tries, check.why_not) == ("waiting", 1, "unreachable")
    for _each in range(5):
        house.now += timedelta(hours=2)
        listen(house)
    check.refresh_from_db()
    assert (check.state, check.tries, check.missing) == ("failed", actions.MOST_TRIES, 0)
    assert len(house.service.asked) == 2 * actions.MOST_TRIES
    assert queries.tally(queries.visible_checks(house.people["judge"])) == queries.Tally(0, 0, 0, 2)


def test_a_worker_that_died_in_the_middle_costs_a_try_and_the_next_goes_on(house, monkeypatch):
    actions.take_in_talks(at=house.now)
    monkeypatch.setattr(
        actions, "listen_for_phrases", lambda **asked: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        actions.listen_on(at=lambda: house.now, until=lambda: False)
    monkeypatch.undo()
    monkeypatch.setattr(said_phrases, "understood_samples", house.service)
    monkeypatch.setattr(said_phrases, "listener_for", lambda language: object())
    assert sorted(PhraseCheck.objects.values_list("tries", flat=True)) == [0, 1]
    house.now += timedelta(minutes=6)
    assert listen(house) == 2
    assert PhraseVerdict.objects.count() == 4


def test_a_turn_ends_when_its_share_is_used_up(house):
    actions.take_in_talks(at=house.now)
    turns = iter((False, True))
    assert actions.listen_on(at=lambda: house.now, until=lambda: next(turns)) == 1
    assert PhraseCheck.objects.filter(state="waiting").count() == 1


def test_nobody_listens_while_another_tenant_is_listened_to(house, redis_server):
    with listening_turn.turn() as is_ours:
        assert is_ours
        assert (tasks.listen_for_phrases(), PhraseCheck.objects.filter(state="waiting").count()) == (0, 2)
    assert (tasks.listen_for_phrases(), PhraseCheck.objects.filter(state="waiting").count()) == (2, 0)
    with listening_turn.turn() as is_ours:
        assert is_ours


def test_who_took_too_long_does_not_end_the_turn_of_the_next(redis_server):
    slow, quick = listening_turn.turn(), listening_turn.turn()
    assert slow.__enter__()
    redis.Redis.from_url(redis_server).delete(listening_turn.EVERYBODYS)
    assert quick.__enter__()
    slow.__exit__(None, None, None)
    with listening_turn.turn() as third:
        assert not third
    quick.__exit__(None, None, None)
    with listening_turn.turn() as fourth:
        assert fourth


def test_texts_are_kept_only_where_the_tenant_says_so_and_go_when_it_says_no(house, now):
    change(house, at=now - timedelta(hours=1), keeps_transcript=True)
    listen(house)
    assert PhraseCheck.objects.exclude(transcript="").count() == 2
    change(house, at=house.now)
    assert PhraseCheck.objects.exclude(transcript="").count() == 0


def test_an_inspector_overrules_with_a_reason_and_takes_it_back(house):
    listen(house)
    check = PhraseCheck.objects.get(recording_id=house.ann.pk)
    missing = check.verdicts.get(position=2)
    with pytest.raises(actions.ReasonMissing):
        actions.overrule(verdict_id=missing.pk, reason="  ", at=house.now, by=house.people["judge"])
    actions.overrule(
        verdict_id=missing.pk, reason="Said at 0:41, mumbled", at=house.now, by=house.people["judge"]
    )
    check.refresh_from_db()
    assert (check.missing, verdicts(check)[1]) == (0, (SENTENCES[1], True))
    entry = AuditEntry.objects.get(verb="overruled a phrase")
    assert (entry.actor_name, entry.reason, entry.after["was_said"]) == (
        "Judge",
        "Said at 0:41, mumbled",
        True,
    )
    found = queries.found_checks(house.people["judge"], queries.Wanted(outcome="overruled"))
    assert [one.pk for one in found] == [check.pk]
    tally = queries.tally(queries.visible_checks(house.people["judge"]))
    assert (tally.heard, tally.whole, tally.percent) == (2, 1, 50.0)
    assert tally.by_phrase == ((SENTENCES[1], 1, 2), (SENTENCES[0], 2, 2))
    actions.overrule(
        verdict_id=missing.pk, reason="No, it was another", at=house.now, by=house.people["judge"]
    )
    check.refresh_from_db()
    assert check.missing == 1


def test_pages_show_what_is_missing_to_those_who_may_hear_it(house, client_of):
    listen(house)
    judge = client_of(house.people["judge"])
    page = judge.get("/quality/phrases/?first=2026-11-01&last=2026-11-30&outcome=missing").content.decode()
    assert page.count("1 missing") == 2
    assert "0.0 %" in page
    piece = judge.get(f"/quality/calls/{house.ann.call_id}/phrases/").content.decode()
    assert SENTENCES[1] in piece
    lee, kim = client_of(house.people["lee"]), client_of(house.people["kim"])
    assert SENTENCES[1] in lee.get(f"/quality/calls/{house.ann.call_id}/phrases/").content.decode()
    assert SENTENCES[1] not in kim.get(f"/quality/calls/{house.ann.call_id}/phrases/").content.decode()
    verdict = PhraseVerdict.objects.filter(talk__recording_id=house.ann.pk).last()
    address = f"/quality/phrases/{verdict.pk}/overrule/"
    assert kim.post(address, {"reason": "x"}).status_code == 404
    assert client_of(house.people["ann"]).post(address, {"reason": "x"}).status_code == 403
    assert judge.post(address, {"reason": "I heard it"}).status_code == 302
    verdict.refresh_from_db()
    assert verdict.was_said


def test_how_it_is_listened_for_is_an_inspectors_to_change(house, client_of):
    judge = client_of(house.people["judge"])
    given = {"is_on": "on", "percent": "25", "queues": [house.queue.pk], "keeps_transcript": ""}
    assert judge.post("/quality/phrases/listening/", given).status_code == 302
    row = queries.phrase_listening()
    assert (row.is_on, row.percent, row.keeps_transcript) == (True, 25, False)
    assert list(row.queues.all()) == [house.queue]
    assert judge.post("/quality/phrases/listening/", given | {"percent": "0"}).status_code == 422
    assert client_of(house.people["lee"]).get("/quality/phrases/listening/").status_code == 403
