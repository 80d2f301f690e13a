"""Where callers are in the rows of calls (tenants/leaving): how theirs are found, and what erasing leaves of a row.

A cell that names the number is emptied; `blank` cells of a row that is theirs as well. Times and lengths stay: figures
of the past do not change.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from telephony.actions.deletion import OnHold, delete_sound
from telephony.models import Call, KeptSound, LegalHold
from telephony.queries.retention import limits_of_law
from telephony.vault.retention import Limit
from tenants.leaving.persons import portions
from tenants.leaving.registry import Personal, add_impersonal, add_personal, add_purge

CALL = {"call_id": "telephony.call"}
HELD = "on legal hold: lift the hold first"
STAFF = "a telephone of somebody who works here"
HOUSE = "a number of the house"
WORDS = "words of the house, said or written to everybody"


def connect() -> None:
    add_personal(
        Personal("telephony.call", by={"number": "number", "caller_number": "number", "caller_raw": "number"},
                 blank=("caller_name", "note", "collected")),
        Personal("telephony.leg", by={"number": "number", "other_number": "number"}, through=CALL),
        Personal("telephony.recording", by={"number": "number"}, through=CALL),
        Personal("telephony.callback", by={"number": "number"}, through={"origin_id": "telephony.call"},
                 blank=("routing",)),
        Personal("telephony.callerprofile", by={"e164": "number"}, goes=True),
        Personal("telephony.contactnote", by={"number": "number", "text": "text"},
                 through=CALL | {"customer_id": "ticketing.customer"}, goes=True),
        Personal("telephony.followup", by={"number": "number", "note": "text"},
                 through=CALL | {"customer_id": "ticketing.customer"}, blank=("title", "note")),
        Personal("telephony.flowstep", through=CALL, blank=("value", "said")),
        Personal("telephony.helprequest", through=CALL, blank=("text",)),
        Personal("telephony.surveyanswer", through=CALL, blank=("comment",)),
        Personal("telephony.surveytext", by={"number": "number"}, through=CALL),
        Personal("telephony.queuestay", through=CALL, blank=("routing",)),
        Personal("telephony.chatmessage", by={"text": "text"}),
        Personal("telephony.announcement", by={"text": "text"}),
        Personal("telephony.legalhold", by={"number": "number"}, kept_because=HELD),
        Personal("telephony.textoptout", by={"number": "number"},
                 kept_because="so that nobody writes to this number again"),
        Personal("telephony.donotcall", by={"number": "number", "reason": "text"},
                 kept_because="so that nobody calls this number again"),
        Personal("telephony.donotcallpass", by={"number": "number", "reason": "text"}, through=CALL),
        Personal("telephony.device", by={"number": "number"}, kept_because=STAFF),
    )  # fmt: skip
    add_purge("telephony.call", purge_sounds, sounds_to_purge)
    add_impersonal(
        {
            "telephony.device.contact": STAFF,
            "telephony.call.hangup_cause": "a word of the switch",
            "telephony.poolnumber.number_e164": HOUSE,
            "telephony.virtualnumber.number_e164": HOUSE,
            "telephony.entry.number_e164": HOUSE,
            "telephony.callback.shown_number": HOUSE,
            "telephony.flowcheck.number": HOUSE,
            "telephony.emergencyplan.backup_number": HOUSE,
            "telephony.prompt.note": WORDS,
            "telephony.promptwording.text": WORDS,
            "telephony.snippettext.text": WORDS,
            "telephony.flowversion.note": WORDS,
            "telephony.recordingpolicy.note": WORDS,
            "telephony.surveyanswer.comment_path": "where its sound lies",
            "telephony.custodyentry.address": "the ledger's: of people who work here",
        }
    )


def purge_sounds(calls: Iterable[Any], at: datetime) -> tuple[dict[str, int], set[Any]]:
    """Everything heard in these calls is deleted, but what a hold or the law keeps; those calls stay as they are."""
    counts, held, due = _judged(calls, at)
    for sound in due:
        try:
            delete_sound(sound_id=sound.pk, why="purge", at=at)
            counts["deleted"] += 1
        except OnHold:
            counts["held"] += 1
            held.add(sound.call_id)
    return counts, held


def sounds_to_purge(calls: Iterable[Any], at: datetime) -> tuple[dict[str, int], set[Any]]:
    """What `purge_sounds` would do now."""
    counts, held, due = _judged(calls, at)
    return counts | {"deleted": len(due)}, held


def _judged(calls: Iterable[Any], at: datetime) -> tuple[dict[str, int], set[Any], list[KeptSound]]:
    """(counts of what stays, calls that stay as they are, sounds that go)."""
    counts, limits, due = {"deleted": 0, "held": 0, "by_law": 0}, limits_of_law(), []
    held: set[Any] = set()
    for some in portions(calls):
        on_hold = _on_hold(some)
        held |= on_hold
        sounds = KeptSound.objects.filter(call_id__in=some).exclude(state__in=("deleted", "lost"))
        for sound in sounds.only("pk", "call_id", "kind", "recorded_at"):
            if sound.call_id in on_hold:
                counts["held"] += 1
            elif at < sound.recorded_at + timedelta(days=limits.get(sound.kind, Limit()).floor):
                counts["by_law"] += 1
                held.add(sound.call_id)
            else:
                due.append(sound)
    return counts, held, due


def _on_hold(calls: Iterable[Any]) -> set[Any]:
    """As `holds_over` says of one call: holds are few, calls may be many."""
    holds = list(LegalHold.objects.filter(lifted_at=None).values_list("call_id", "number"))
    numbers = {number for _call, number in holds if number}
    named = {call for call, _number in holds if call}
    says = Q(pk__in=named) | Q(caller_number__in=numbers) | Q(number__in=numbers)
    return (
        set(Call.objects.filter(pk__in=calls).filter(says).values_list("pk", flat=True)) if holds else set()
    )
