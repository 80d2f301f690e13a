"""The pages of prompts, voices and music: what leaders see, what administrators change, what nobody else may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from telephony.actions import prompts as actions
from telephony.console import prompts as page
from telephony.models import Music, Prompt, PromptWording, Queue, Voice
from telephony.sounds.processing import made_of
from telephony.speaking import speak_wording
from tests.telephony.prompts.conftest import tone
from tests.telephony.prompts.test_prompts import NOW


@pytest.fixture
def owner(acme, member, client_of):
    return client_of(member(acme, "owner"))


@pytest.fixture(autouse=True)
def spoken_at_once(monkeypatch, engine):
    monkeypatch.setattr(page, "send_to_be_spoken", lambda ids: [speak_wording(one) for one in ids])


def file(content: bytes, name: str = "anything.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_prompt_is_written_heard_changed_and_deleted(acme, owner, inside):
    answer = owner.post("/prompts/new/", {"name": "Greeting", "zh": "您好。", "en": "Welcome."}, follow=True)
    shown = answer.content.decode()
    assert shown.count("<audio") == 2
    with inside(acme):
        prompt = Prompt.objects.get()
        sound = prompt.wordings.get(language="zh").sound_id
    heard = owner.get(f"/sounds/{sound}/audio", headers={"range": "bytes=0-3"})
    assert (heard.status_code, b"".join(heard.streaming_content)) == (206, b"RIFF")
    assert "Greeting" in owner.get("/prompts/").content.decode()
    owner.post(f"/prompts/{prompt.pk}/en/", {"text": "Good day."})
    with inside(acme):
        assert prompt.wordings.get(language="en").text == "Good day."
    assert (
        "The prompt is deleted" in owner.post(f"/prompts/{prompt.pk}/delete/", follow=True).content.decode()
    )


def test_a_file_is_taken_by_what_is_in_it_and_refused_in_words(acme, owner, inside):
    with inside(acme):
        prompt = actions.keep_prompt(name="Greeting")
    path = f"/prompts/{prompt.pk}/zh-file/"
    taken = owner.post(path, {"file": file(tone(2.0), "x.exe")}, follow=True).content.decode()
    assert "The file was taken: 2.0 seconds." in taken
    refused = owner.post(path, {"file": file(b"MZ\x90" * 400, "x.wav")}, follow=True).content.decode()
    assert "This is not a sound file." in refused
    with inside(acme):
        assert PromptWording.objects.get().is_uploaded


def test_another_tenant_hears_and_sees_nothing_of_it(acme, globex, owner, member, client_of, inside):
    with inside(acme):
        prompt = actions.keep_prompt(name="Greeting")
        wording = actions.upload_wording(prompt_id=prompt.pk, language="en", made=made_of(tone()), at=NOW)
    other = client_of(member(globex, "owner"))
    assert other.get(f"/prompts/{prompt.pk}/").status_code == 404
    assert other.get(f"/sounds/{wording.sound_id}/audio").status_code == 404
    assert owner.get(f"/sounds/{wording.sound_id}/audio").status_code == 200
    assert "Greeting" not in other.get("/prompts/").content.decode()


def test_a_supervisor_looks_and_changes_nothing_an_agent_sees_nothing(acme, member, client_of, inside):
    with inside(acme):
        prompt = actions.keep_prompt(name="Greeting")
    boss, agent = client_of(member(acme, "supervisor")), client_of(member(acme, "agent"))
    for path in ("/prompts/", f"/prompts/{prompt.pk}/", "/voices/", "/music/"):
        shown = boss.get(path)
        assert shown.status_code == 200
        assert b'type="file"' not in shown.content
        assert agent.get(path).status_code == 403
    boss.post(f"/prompts/{prompt.pk}/en/", {"text": "Changed."})
    boss.post("/music/new/", {"name": "Mine"})
    with inside(acme):
        assert not PromptWording.objects.exists()
        assert not Music.objects.exists()


def test_a_voice_s_key_is_never_shown_again(acme, owner, inside):
    given = {
        "name": "Xiaoxiao",
        "language": "zh",
        "region": "eastasia",
        "voice": "zh-CN-XiaoxiaoNeural",
        "secret": "k-123",
    }
    owner.post("/voices/new/?provider=azure", given)
    with inside(acme):
        voice = Voice.objects.get()
    assert (voice.provider, voice.is_default) == ("azure", True)
    assert "k-123" not in owner.get(f"/voices/{voice.pk}/").content.decode()
    assert voice.secret not in owner.get(f"/voices/{voice.pk}/").content.decode()
    assert "Xiaoxiao" in owner.get("/voices/").content.decode()
    owner.post(f"/voices/{voice.pk}/delete/")
    with inside(acme):
        assert not Voice.objects.exists()


def test_a_machine_without_the_built_in_voice_says_so_on_the_page(owner, monkeypatch):
    told = "The built-in voice is not installed on this machine."
    monkeypatch.setattr(page, "is_installed", lambda: False)
    assert told in owner.get("/prompts/").content.decode()
    monkeypatch.setattr(page, "is_installed", lambda: True)
    assert told not in owner.get("/prompts/").content.decode()


def test_music_is_made_filled_and_given_to_a_queue(acme, owner, inside):
    with inside(acme):
        queue = Queue.objects.create(name="Sales")
    owner.post("/music/new/", {"name": "Calm"})
    with inside(acme):
        music = Music.objects.get()
    shown = owner.post(
        "/music/piece/", {"music": music.pk, "file": file(tone(3.0), "Spring.mp3")}, follow=True
    )
    assert "The piece was taken: 3.0 seconds." in shown.content.decode()
    assert "Spring" in shown.content.decode()
    owner.post("/music/queue/", {"queue": queue.pk, "music": music.pk})
    owner.post("/music/all/", {"music": music.pk})
    shown = owner.post("/music/delete/", {"music": music.pk}, follow=True).content.decode()
    assert "Choose another for them first" in shown
    with inside(acme):
        assert Music.objects.get().is_default
