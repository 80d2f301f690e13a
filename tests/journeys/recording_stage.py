"""Puts a recorded call with a masked while on acme's shelf; run as a program beside the product. Prints its id.

`seal <call>` does what the task of the minute would: the call's recording is sealed into the vault.
"""

import math
import os
import sys
import time
import wave
from array import array
from pathlib import Path

import django

SECONDS = 40


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("acme"):
        sys.stdout.write(sealed(sys.argv[2]) if "seal" in sys.argv else furnish())


def furnish() -> str:
    from datetime import timedelta

    from django.conf import settings
    from django.utils import timezone

    from telephony.models import Agent, Call, Offer, Queue, Recording, RecordingMask

    began = timezone.now() - timedelta(minutes=9)
    ended = began + timedelta(seconds=SECONDS)
    queue, agent = Queue.objects.get(name="Sales"), Agent.objects.get(member__username="ann")
    call = Call.objects.create(
        queue=queue, agent=agent, number="+864001234567", caller_number="+8613812340099", state="ended",
        arrived_at=began, answered_at=began, ended_at=ended, exit="answered", talk_seconds=SECONDS,
    )  # fmt: skip
    offer = Offer.objects.create(
        call=call, agent=agent, offered_at=began, expires_at=began, answered_at=began, talk_ended_at=ended,
        ended_at=ended, outcome="bridged", recording_mode="all", recording_by=f"queue_setting:{queue.pk}",
    )  # fmt: skip
    path = f"acme/journey/{offer.pk}.wav"
    write_sound(Path(settings.SWITCH["recordings_dir"]) / path)
    recording = Recording.objects.create(
        call=call, leg=offer.pk, path=path, started_at=began, ended_at=ended, seconds=SECONDS, agent=agent,
        queue=queue, number=call.caller_number, sha256="0" * 64,
    )  # fmt: skip
    RecordingMask.objects.create(
        offer=offer, asked_at=began, began_at=began + timedelta(seconds=10), due_at=ended,
        ended_at=began + timedelta(seconds=16), why_ended="asked",
    )  # fmt: skip
    return str(recording.pk)


def sealed(call_id: str) -> str:
    """The state it comes to; its file lies still since a minute."""
    from django.utils import timezone

    from telephony.actions.sealing import keep_due_sounds
    from telephony.actions.vault_intake import take_in_sounds
    from telephony.models import KeptSound, Recording
    from telephony.queries.nodes import recording_folder

    for path in wait_for_proof(Recording.objects.filter(call_id=call_id)):
        then = timezone.now().timestamp() - 60
        os.utime(recording_folder(path) / path, (then, then))
    take_in_sounds(at=timezone.now())
    keep_due_sounds(at=timezone.now, until=lambda: False)
    return " ".join(KeptSound.objects.filter(call_id=call_id).values_list("state", flat=True))


def wait_for_proof(recordings) -> list[str]:
    """Their paths, once the worker has read each whole."""
    end = time.monotonic() + 30
    while recordings.filter(sha256="").exists() or not recordings.exists():
        assert time.monotonic() < end, "the recording was not proved"
        time.sleep(0.1)
    return list(recordings.values_list("path", flat=True))


def write_sound(file: Path) -> None:
    """They speak by turns, silent while masked."""
    file.parent.mkdir(parents=True, exist_ok=True)
    samples = array("h")
    for place in range(SECONDS * 8000):
        second = place / 8000
        loud = 0 if 10 <= second < 16 else int(9000 * abs(math.sin(second * 2.2)) * math.sin(place * 0.5))
        is_agents = int(second) // 4 % 2 == 0
        samples.extend((loud, 0) if is_agents else (0, loud))
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
