"""Prompts from the words to the sound on the switch's disk. acme acts, globex hears nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.actions import prompts as actions
from telephony.actions.music import (
    add_piece,
    drop_piece,
    keep_music,
    lay_music,
    move_piece_up,
    use_for_all,
    use_for_queue,
)
from telephony.actions.voices import drop_voice, keep_voice
from telephony.models import Flow, Music, Prompt, PromptWording, Queue, Sound, Voice
from telephony.queries import prompts as queries
from telephony.sounds.processing import made_of
from telephony.speaking import speak_wording
from telephony.speech.failures import SpeechFailed
from telephony.speech.providers import PROVIDERS
from telephony.tasks import keep_sounds
from tenants.errors import BadInput
from tenants.people.models import AuditEntry
from tenants.secrets import SecretUnreadable, seal, unseal
from tests.telephony.prompts.conftest import tone

NOW = timezone.now()
State = PromptWording.State


@pytest.fixture
def greeting(in_acme) -> Prompt:
    return actions.keep_prompt(name="Greeting")


def say(prompt, text="Welcome.", language="en", **more) -> PromptWording:
    return actions.word_prompt(prompt_id=prompt.pk, language=language, text=text, at=NOW, **more)


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_words_are_spoken_once_and_stand_on_the_disk(greeting, engine, disk, globex, inside):
    wording = say(greeting, "  Welcome\tto\x00 us. ")
    assert (wording.state, wording.sound, wording.text) == (State.WAITING, None, "Welcome to us.")
    assert speak_wording(wording.pk)
    ready = again(wording)
    assert (ready.state, ready.problem) == (State.READY, "")
    assert (disk / "acme" / f"{ready.sound_id}.wav").is_file()
    assert ready.sound.loudness == pytest.approx(-20, abs=0.2)
    assert not (disk / "globex").exists()
    with inside(globex):
        assert (Prompt.objects.count(), Sound.objects.count()) == (0, 0)


def test_the_same_words_in_another_prompt_are_not_spoken_again(greeting, engine):
    speak_wording(say(greeting).pk)
    other = actions.keep_prompt(name="Other greeting")
    wording = say(other, "Welcome.")
    assert wording.state == State.READY
    assert len(engine.said) == 1


def test_each_voice_speaks_for_itself(greeting, engine, monkeypatch):
    monkeypatch.setitem(PROVIDERS, "openai", engine)
    speak_wording(say(greeting).pk)
    keep_voice(name="Alloy", provider="openai", language="en", settings={}, secret="k", is_default=True)
    waiting = actions.speak_again(at=NOW, language="en")
    assert len(waiting) == 1
    speak_wording(waiting[0])
    assert [what.secret for what in engine.said] == ["", "k"]


def test_callers_hear_the_words_of_before_until_the_new_ones_are_ready(greeting, engine):
    wording = say(greeting)
    speak_wording(wording.pk)
    before = again(wording).sound_id
    say(greeting, "Welcome back.")
    assert (again(wording).state, again(wording).sound_id) == (State.WAITING, before)
    speak_wording(wording.pk)
    assert again(wording).sound_id != before
    assert Sound.objects.filter(pk=before).exists()


def test_a_text_changed_while_it_was_spoken_keeps_waiting_for_its_own_sound(greeting, engine):
    wording = say(greeting)
    old_key = actions.key_of(wording)
    say(greeting, "Something else.")
    assert not actions.note_spoken(wording_id=wording.pk, key=old_key, made=made_of(tone()), at=NOW)
    actions.note_unspoken(wording_id=wording.pk, key=old_key, reason="timeout")
    assert (again(wording).state, again(wording).sound_id) == (State.WAITING, None)


def test_a_voice_that_fails_is_told_by_its_reason_and_tried_again_on_demand(greeting, engine, monkeypatch):
    def refuse(_what):
        raise SpeechFailed("busy")

    monkeypatch.setattr(engine, "speak", refuse)
    wording = say(greeting)
    assert not speak_wording(wording.pk)
    assert (again(wording).state, again(wording).problem) == (State.FAILED, "busy")
    assert actions.speak_again(at=NOW, prompt_id=greeting.pk) == [wording.pk]
    assert again(wording).state == State.WAITING


def test_what_a_lost_task_left_is_spoken_by_the_task_of_the_minute(greeting, engine):
    fresh = say(greeting)
    PromptWording.objects.update(changed_at=timezone.now())
    assert keep_sounds() == 0
    PromptWording.objects.update(changed_at=timezone.now() - timedelta(minutes=2))
    assert keep_sounds() == 1
    assert again(fresh).state == State.READY


def test_an_uploaded_file_needs_no_voice_and_is_never_spoken_over(greeting, engine):
    wording = actions.upload_wording(prompt_id=greeting.pk, language="en", made=made_of(tone(2.0)), at=NOW)
    assert (wording.state, wording.is_uploaded) == (State.READY, True)
    assert actions.speak_again(at=NOW) == []
    assert speak_wording(wording.pk)
    assert engine.said == []


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "x" * 2001])
def test_what_cannot_be_said_is_refused_and_nothing_changes(greeting, text):
    with pytest.raises(BadInput):
        say(greeting, text)
    assert not PromptWording.objects.exists()


def test_a_prompt_that_callers_hear_is_not_deleted(greeting):
    document = {
        "format": 1,
        "languages": ["en"],
        "start": "n1",
        "nodes": [{"id": "n1", "kind": "say", "settings": {"prompt": greeting.pk}, "exits": {}}],
    }
    Flow.objects.create(name="Main flow", draft=document)
    assert [str(use) for use in queries.uses_of_prompt(greeting.pk)] == ["Main flow"]
    with pytest.raises(actions.PromptInUse, match="Main flow"):
        actions.drop_prompt(prompt_id=greeting.pk)
    Flow.objects.all().delete()
    actions.drop_prompt(prompt_id=greeting.pk)
    assert not Prompt.objects.exists()


def test_two_prompts_never_have_one_name(greeting):
    with pytest.raises(actions.PromptNameTaken):
        actions.keep_prompt(name=" Greeting ")


def test_a_key_is_kept_sealed_never_audited_and_kept_when_none_is_given(in_acme):
    voice = keep_voice(
        name="A", provider="azure", language="zh", settings={"voice": "v", "evil": "x"}, secret="top-secret"
    )
    assert "top-secret" not in again(voice).secret
    assert unseal(again(voice).secret) == "top-secret"
    assert again(voice).settings == {"voice": "v"}
    keep_voice(voice_id=voice.pk, name="B", provider="azure", language="zh", settings={"voice": "w"})
    assert unseal(again(voice).secret) == "top-secret"
    assert "top-secret" not in str(list(AuditEntry.objects.values_list("before", "after")))
    assert again(voice).secret not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_a_key_goes_with_its_service_alone(in_acme):
    """Changed to another service, the key of the first is not sent there."""
    voice = keep_voice(
        name="A", provider="azure", language="zh", settings={"voice": "v"}, secret="top-secret"
    )
    with pytest.raises(BadInput):
        keep_voice(voice_id=voice.pk, name="A", provider="openai", language="zh", settings={})


def test_sealed_keys_outlive_a_change_of_the_key_they_are_sealed_with(settings):
    settings.DATA_KEYS = ("old",)
    sealed = seal("secret")
    settings.DATA_KEYS = ("new", "old")
    assert unseal(sealed) == "secret"
    settings.DATA_KEYS = ("new",)
    with pytest.raises(SecretUnreadable):
        unseal(sealed)


def test_one_voice_per_language_is_the_usual_one(in_acme):
    first = keep_voice(name="A", provider="espeak", language="zh", settings={})
    second = keep_voice(name="B", provider="espeak", language="zh", settings={}, is_default=True)
    assert [again(first).is_default, again(second).is_default] == [False, True]
    drop_voice(voice_id=second.pk)
    assert list(Voice.objects.values_list("name", flat=True)) == ["A"]


@pytest.fixture
def streams(disk):
    return lambda: {path.stem: path.resolve().stem for path in (disk / "acme" / "music").glob("*.wav")}


def piece(music, seconds=1.0, title="One"):
    return add_piece(music_id=music.pk, title=title, made=made_of(tone(seconds)), at=NOW)


def test_each_queue_hears_its_music_and_all_others_the_usual_one(
    in_acme, streams, disk, django_capture_on_commit_callbacks
):
    queue = Queue.objects.create(name="Sales")
    with django_capture_on_commit_callbacks(execute=True):
        calm, lively = keep_music(name="Calm"), keep_music(name="Lively")
        one, two = piece(calm), piece(lively, 2.0)
        use_for_all(music_id=calm.pk)
        use_for_queue(queue_id=queue.pk, music_id=lively.pk)
    assert streams() == {"default": one.sound_id, str(queue.pk): two.sound_id}
    with django_capture_on_commit_callbacks(execute=True):
        use_for_queue(queue_id=queue.pk, music_id=None)
    assert streams() == {"default": one.sound_id}
    assert not (disk / "globex").exists()


def test_pieces_are_one_file_in_their_order(in_acme, streams):
    calm = keep_music(name="Calm")
    use_for_all(music_id=calm.pk)
    first, second = piece(calm, 1.0, "One"), piece(calm, 2.0, "Two")
    lay_music()
    before = streams()["default"]
    move_piece_up(music_id=calm.pk, piece_id=second.pk)
    assert [row.title for row in calm.pieces.order_by("position")] == ["Two", "One"]
    lay_music()
    assert streams()["default"] != before
    drop_piece(music_id=calm.pk, piece_id=first.pk)
    lay_music()
    assert streams() == {"default": second.sound_id}
    drop_piece(music_id=calm.pk, piece_id=second.pk)
    lay_music()
    assert streams() == {}
    assert Music.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "x@@9", "${system(id)}", "a!b.wav", "</action>", "music\n\x00"]
)
def test_no_word_of_a_musics_name_or_title_is_on_the_disk_or_in_the_switchs_way(in_acme, disk, streams, name):
    queue = Queue.objects.create(name="Sales")
    music = keep_music(name=name)
    use_for_all(music_id=music.pk)
    use_for_queue(queue_id=queue.pk, music_id=music.pk)
    piece(music, title=name)
    lay_music()
    assert set(streams()) == {"default", str(queue.pk)}
    found = {path.relative_to(disk).as_posix() for path in disk.rglob("*") if path.is_file()}
    [sound] = Sound.objects.values_list("pk", flat=True)
    assert found == {f"acme/{sound}.wav", "acme/music/default.wav", f"acme/music/{queue.pk}.wav"}
