import os
import wave
from datetime import timedelta
from uuid import uuid4

import pytest

from telephony import actions
from telephony.actions.sealing import keep_due_sounds
from telephony.actions.vault_intake import take_in_sounds
from telephony.models import Call, KeptSound, Queue, Recording
from tenants.context import current_schema, enter
from tests.telephony.vault.object_storage import object_storage  # noqa: F401  (a fixture)


class Shelf:
    """Recordings of a tenant in folders of the test; time is the story's."""

    def __init__(self, now, folder):
        self.now, self.folder = now, folder
        self.recordings, self.vault = folder / "recordings", folder / "vault"

    def pass_time(self, **length) -> None:
        self.now += timedelta(**length)

    def recording(self, *, content: bytes | None = None, ended_at=None, **call) -> Recording:
        """A call just recorded and proved; its file lies still since a minute ago."""
        at = ended_at or self.now
        row = Call.objects.create(
            **{"arrived_at": at, "answered_at": at, "ended_at": at, "state": "ended", "exit": "answered"}
            | call
        )
        path = f"{current_schema()}/2026-11-20/{uuid4()}.wav"
        file = self.recordings / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            with wave.open(str(file), "wb") as sound:
                sound.setparams((1, 2, 8000, 0, "NONE", ""))
                sound.writeframes(os.urandom(150_000))
        else:
            file.write_bytes(content)
        self.age(file)
        recording = Recording.objects.create(call=row, leg=row.pk, path=path, started_at=at, ended_at=at)
        actions.prove_recording(recording_id=recording.pk, at=at)
        return Recording.objects.get(pk=recording.pk)

    def age(self, file) -> None:
        then = self.now.timestamp() - 60
        os.utime(file, (then, then))

    def keep(self, *, is_thorough: bool = False) -> int:
        take_in_sounds(at=self.now, is_thorough=is_thorough)
        return keep_due_sounds(at=lambda: self.now, until=lambda: False)

    def kept(self, recording: Recording) -> KeptSound:
        return KeptSound.objects.get(kind="recording", subject_id=str(recording.pk))

    def plain_of(self, recording: Recording):
        return self.recordings / recording.path

    def sealed_of(self, recording: Recording):
        return self.vault / self.kept(recording).name

    def bytes_of(self, recording: Recording) -> bytes:
        sound = actions.open_sound(recording)
        sound.prove()
        return b"".join(sound.read(0, sound.size))


@pytest.fixture
def shelf(acme, globex, now, settings, tmp_path) -> Shelf:
    made = Shelf(now, tmp_path)
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(made.recordings), "nodes": None}
    settings.RECORDING_VAULT = str(made.vault)
    settings.RECORDING_KEYS = ("master one",)
    settings.RECORDING_MIN_FREE_MB = 1
    return made


@pytest.fixture
def inside(shelf):
    """Everything of the test happens inside acme."""
    with enter("acme"):
        yield shelf


@pytest.fixture
def queue(inside) -> Queue:
    return Queue.objects.create(name="Sales")
