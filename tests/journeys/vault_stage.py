"""Fills acme's pages of how recordings are kept; run as a program beside the product. "clear" takes it all out."""

import os
import sys
from datetime import timedelta
from uuid import uuid4

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("acme"):
        (clear if "clear" in sys.argv else furnish)()


def furnish() -> None:
    from django.utils import timezone

    from telephony.actions.holds import ask_purge, place_hold
    from telephony.actions.recording_room import measure_room
    from telephony.actions.retention import RetentionChoice, run_retention, save_retention
    from telephony.actions.vault_keys import sealing_key
    from telephony.models import Agent, Call, KeptSound, Queue, StoragePlace, VaultWork
    from tenants.people.models import Member

    now = timezone.now()
    place = StoragePlace.objects.create(
        name="Archive in Shanghai", endpoint="https://s3.example.com", bucket="acme-recordings", prefix="calls",
        created_at=now, is_current=True, problem="unreachable", problem_since=now,
    )  # fmt: skip
    key = sealing_key(at=now)
    queue, agent = Queue.objects.first(), Agent.objects.first()
    calls = [a_talk(now - timedelta(days=1, minutes=9 * n), agent, queue, Call) for n in range(6)]
    for number, call in enumerate(calls):
        KeptSound.objects.create(
            kind="recording", subject_id=str(uuid4()), call=call, queue=queue, path=f"journey/{call.pk}.wav",
            recorded_at=now - timedelta(days=40 * number), state="sealed", size=960_044, sealed_size=961_000,
            sha256="ab" * 32, key=key, place=place if number == 1 else None, name=f"acme/00/{call.pk}",
            is_plain_left=False, alarm="tampered" if number == 0 else "", alarm_at=now if number == 0 else None,
        )  # fmt: skip
    VaultWork.objects.create(
        kind="rekey", state="cancelled", total=10_000, done=4321, failed=2, asked_at=now, key=key
    )
    save_retention(choice=RetentionChoice(days={"recording": 180, "voicemail": 30, "comment": None}), at=now)
    place_hold(call_id=calls[3].pk, reason="Court order 12/2026", at=now)
    place_hold(number="+8613812342211", reason="Complaint of the customer", at=now)
    ask_purge(call_id=calls[2].pk, reason="The customer asked to be forgotten",
              member=Member.objects.get(username="owner"), at=now)  # fmt: skip
    run_retention(at=now)
    measure_room(at=now)


def a_talk(at, agent, queue, call_model):
    from telephony.models import Offer

    call = call_model.objects.create(
        arrived_at=at, answered_at=at, ended_at=at + timedelta(seconds=75), state="ended", exit="answered",
        agent=agent, queue=queue, note="vault journey",
    )  # fmt: skip
    Offer.objects.create(
        id=uuid4(), call=call, agent=agent, offered_at=at, expires_at=at, answered_at=at, outcome="bridged",
        ended_at=at + timedelta(seconds=75), talk_seconds=75, recording_mode="all", recording_by="no_room_disk",
    )  # fmt: skip
    return call


def clear() -> None:
    """Tombstones and the ledger stay: nobody can take those out."""
    from telephony.models import (
        Call,
        KeptSound,
        LegalHold,
        PurgeRequest,
        RetentionPolicy,
        StoragePlace,
        VaultLeftover,
        VaultWork,
    )

    for model in (LegalHold, PurgeRequest, RetentionPolicy, VaultWork):
        model.objects.all().delete()
    KeptSound.objects.filter(path__startswith="journey/").delete()
    VaultLeftover.objects.all().delete()
    StoragePlace.objects.all().delete()
    Call.objects.filter(note="vault journey").delete()


if __name__ == "__main__":
    main()
