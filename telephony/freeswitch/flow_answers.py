"""What our web says when a flow asks it on a caller's way: the exit of one node, as things to do. It has two seconds.

The switch tells all of the leg's variables with its question; nothing is remembered here. Any doubt is no answer: the
switch then takes the way its file knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings

from telephony.actions import keep_looked_up
from telephony.actions.callbacks import ask_worker_to_look, promise_callback
from telephony.actions.flow_steps import keep_said
from telephony.errors import CallbackImpossible
from telephony.flows.document import Node
from telephony.flows.kinds import setting as set_to
from telephony.freeswitch import documents, flow_speech
from telephony.freeswitch.flow_document import answer_document
from telephony.freeswitch.flow_lines import Action, go, left, node_id, noted, setting, value_name
from telephony.freeswitch.flow_nodes import in_queue
from telephony.freeswitch.readers import moment, uuid_of, whole
from telephony.hearing import Utterance, hear
from telephony.lookups import desk
from telephony.models import Callback
from telephony.queries.arrivals import FromFlow
from telephony.queries.flow_facts import Asked, answer_node, published_node
from telephony.queries.flow_terms import arrival_now, collected_of_call, terms_of
from telephony.speech import spoken
from telephony.speech.listening.matching import match, phrases_of
from telephony.text import plain_line
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter, enter_public
from tenants.numbers import to_e164

log = structlog.get_logger()

_ASK = re.compile(r"ask-([a-z0-9]{1,12})")
_SCHEMA = re.compile(r"[a-z0-9_]{1,63}")
_PIECE = re.compile(r"[a-z0-9/-]{1,40}")
_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
MOST_PIECES = 60
LOOKUP_PATIENCE_SECONDS = 1.2
HEARING_SECONDS = 12
_TRIES = re.compile(r"x{0,5}")
Form = Mapping[str, str]


def answer(form: Form, at: datetime) -> str:
    """The document to be sent; NOT_FOUND leaves the switch to its file."""
    wanted = _ASK.fullmatch(form.get("Hunt-Destination-Number") or form.get("Caller-Destination-Number", ""))
    schema, version_id = form.get("variable_cc_tenant", ""), whole(form.get("variable_cc_flow", ""))
    if wanted is None or version_id is None or not _is_tenant(schema):
        return documents.NOT_FOUND
    with enter(schema):
        found = published_node(version_id, wanted[1])
        if found is None or found[1].kind not in _ANSWERS:
            return documents.NOT_FOUND
        try:
            actions = _ANSWERS[found[1].kind](found[1], form, at, found[0])
        except Exception:
            log.exception("A flow's node could not be answered.", tenant=schema, node=wanted[1])
            return documents.NOT_FOUND
    return answer_document(actions) if actions else documents.NOT_FOUND


def _is_tenant(schema: str) -> bool:
    if not _SCHEMA.fullmatch(schema):
        return False
    with enter_public():
        return tenant_queries.state_of(schema) in ("active", "suspended")


def asked_of(form: Form) -> Asked:
    caller = form.get("Caller-Orig-Caller-ID-Number") or form.get("Caller-Caller-ID-Number", "")
    call_id = uuid_of(form.get("Unique-ID", ""))
    return Asked(
        number=form.get("variable_cc_number", "")[:32],
        caller_number=to_e164(caller[:64], str(current_tenant().country)) or plain_line(caller, 64),
        language=form.get("variable_cc_lang", "")[:8],
        collected=collected_in(form),
        call_id=call_id,
    )


def collected_in(form: Form) -> dict[str, str]:
    """What the switch holds, over what only the call's row has."""
    call_id = uuid_of(form.get("Unique-ID", ""))
    found = dict(collected_of_call(call_id)) if call_id else {}
    for prefix in ("variable_cc_s_", "variable_cc_v_"):
        for name, value in form.items():
            if name.startswith(prefix):
                found[name.removeprefix(prefix)] = value[:80]
    return found


def _open_in(form: Form, collected: Mapping[str, str]) -> dict[str, str]:
    """But secrets: what rules go by stands in the open on pages."""
    return {name: value for name, value in collected.items() if f"variable_cc_s_{name}" not in form}


def _by_facts(node: Node, form: Form, at: datetime, flow_id: int) -> list[Action] | None:
    found = answer_node(node, asked_of(form), at, flow_id=flow_id)
    return left(node, found.exit) if found and found.exit else None


def _queue(node: Node, form: Form, at: datetime, _flow_id: int) -> list[Action] | None:
    asked = asked_of(form)
    caller = FromFlow(
        number=asked.number,
        caller_number=asked.caller_number,
        language=asked.language,
        collected=_open_in(form, asked.collected),
    )
    arrived = arrival_now(int(node.settings["queue"]), caller, at)
    if arrived is None:
        return None
    return [noted(node, "queue"), *in_queue(arrived.queue.pk, terms_of(arrived))]


def _answer(node: Node, form: Form, _at: datetime, _flow_id: int) -> list[Action] | None:
    """Figures have pieces of their own in both languages; a caller who types ahead hears the rest of them still."""
    language = _spoken(form)
    known = collected_in(form)
    pieces = [
        piece
        for said in node.settings.get("says") or ()
        for piece in spoken.say(known.get(said["name"], ""), said["as"], language)
    ]
    sounds = [f"${{cc_sounds}}/{language}/{piece}.wav" for piece in pieces if _PIECE.fullmatch(piece)]
    played: list[Action] = []
    if sounds:
        # A sound alone, so that one that is missing does not take the others with it.
        played = [("playback", sound) for sound in sounds[:MOST_PIECES]]
    return [
        setting("playback_terminators", "none"),
        *played,
        ("unset", "playback_terminators"),
        *left(node, "next"),
    ]


def _callback(node: Node, form: Form, at: datetime, _flow_id: int) -> list[Action] | None:
    """Promised once it is written down; whoever has a promise already keeps it."""
    call_id = uuid_of(form.get("Unique-ID", ""))
    if call_id is None:
        return None
    wanted, language = int(node.settings["queue"]), _spoken(form)
    try:
        callback, is_new = promise_callback(
            call_id=call_id, queue_id=wanted, at=at, language=language, source=Callback.Source.FLOW
        )
    except CallbackImpossible:
        return left(node, "refused")
    ask_worker_to_look(callback.pk)
    pieces = ["callback-promised"] if is_new else ["callback-kept", "goodbye"]
    said = [("playback", f"${{cc_sounds}}/{language}/{piece}.wav") for piece in pieces]
    return [noted(node, "promised"), *said, ("hangup", "NORMAL_CLEARING")]


def _spoken(form: Form) -> str:
    """The language our own sounds are spoken in for this caller."""
    return "zh" if form.get("variable_cc_lang") == "zh" else "en"


def _lookup(node: Node, form: Form, at: datetime, _flow_id: int) -> list[Action] | None:
    """Begun at the first question, asked after at each further one. Found values that are more than letters, digits
    and a few signs stay with us: they are in the call's row, not on the switch.
    """
    key = f"{form.get('Unique-ID', '')[:36]}:{whole(form.get('variable_cc_step', '')) or 0}:{node.id}"
    found = desk.look_up(
        key,
        tenant=form["variable_cc_tenant"],
        settings=node.settings,
        known=collected_in(form),
        patience=LOOKUP_PATIENCE_SECONDS,
    )
    if found is None:
        since = moment(form.get("variable_cc_looked_us", "")) or at
        if (at - since).total_seconds() > int(set_to(node, "timeout_seconds")) + 2:
            return left(node, "failed")
        return [go(f"w-{node_id(node.id)}")]
    call_id = uuid_of(form.get("Unique-ID", ""))
    if found.collected and call_id is not None:
        keep_looked_up(call_id=call_id, values=found.collected)
    told = [
        setting(f"cc_v_{value_name(name)}", value)
        for name, value in found.collected.items()
        if _PLAIN.fullmatch(value)
    ]
    return [*told, *left(node, found.exit)]


def _speech(node: Node, form: Form, at: datetime, flow_id: int) -> list[Action] | None:
    """What was said is compared and kept here; the switch is told the way out, or to ask again, and nothing else."""
    call_id, step = uuid_of(form.get("Unique-ID", "")), whole(form.get("variable_cc_step", ""))
    tries = form.get("variable_cc_silent", "")
    if call_id is None or step is None or not _TRIES.fullmatch(tries):
        return None
    rows = node.settings.get("phrases") or ()
    heard = hear(
        Utterance(
            tenant=form["variable_cc_tenant"],
            path=_utterances() / f"{call_id}-{step}-{tries}.wav",
            language=form.get("variable_cc_lang", "")[:3],
            phrases=tuple(phrase for row in rows for phrase in phrases_of(row)),
        ),
        patience=LOOKUP_PATIENCE_SECONDS,
    )
    if heard is None:
        since = moment(form.get("variable_cc_looked_us", "")) or at
        return [go(f"{'w' if (at - since).total_seconds() < HEARING_SECONDS else 'r'}-{node_id(node.id)}")]
    found = match(heard.text, rows)
    sureness = heard.confidence * found.likeness
    is_sure = bool(found.exit) and sureness * 100 >= int(set_to(node, "confidence"))
    keep_said(
        call_id=call_id,
        version_id=whole(form["variable_cc_flow"]) or 0,
        node=node.id,
        position=step,
        text=heard.text,
        confidence=round(sureness if found.exit else heard.confidence, 3),
        name=str(set_to(node, "name")) if is_sure else "",
        at=at,
    )
    if not is_sure:
        return [go(f"r-{node_id(node.id)}")]
    return [*flow_speech.understood(node, found.exit), *left(node, found.exit)]


def _utterances() -> Path:
    return Path(str(settings.SWITCH["recordings_dir"])) / flow_speech.FOLDER


_ANSWERS: dict[str, Callable[[Node, Form, datetime, int], list[Action] | None]] = {
    "hours": _by_facts,
    "condition": _by_facts,
    "split": _by_facts,
    "queue": _queue,
    "answer": _answer,
    "lookup": _lookup,
    "speech": _speech,
    "callback": _callback,
}
