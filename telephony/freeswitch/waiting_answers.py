"""What our web says when a waiting caller is to hear something or has pressed a key. It has two seconds.

Any doubt is no answer: the switch then plays its music on, and takes a message at the end of the longest wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from telephony.actions.callbacks import ask_worker_to_look, cancel_callback, promise_callback
from telephony.errors import CallbackImpossible, CallbackRings
from telephony.freeswitch import documents, waiting_document
from telephony.freeswitch.readers import moment, uuid_of, whole
from telephony.models import Call
from telephony.queries.callbacks import open_callback
from telephony.queries.waiting_notices import calls_back_at_the_end, waiting_notice
from tenants import queries as tenant_queries
from tenants.context import enter, enter_public

log = structlog.get_logger()

_SCHEMA = re.compile(r"[a-z0-9_]{1,63}")
Form = Mapping[str, str]


def answer(form: Form, at: datetime) -> str:
    """The document to be sent; NOT_FOUND leaves the switch to its file."""
    asked = form.get("Hunt-Destination-Number") or form.get("Caller-Destination-Number", "")
    schema, call_id = form.get("variable_cc_tenant", ""), uuid_of(form.get("Unique-ID", ""))
    queue_id = whole(form.get("variable_cc_queue", ""))
    if asked not in _ANSWERS or call_id is None or queue_id is None or not _is_tenant(schema):
        return documents.NOT_FOUND
    with enter(schema):
        try:
            document = _ANSWERS[asked](form, call_id, queue_id, at)
        except Exception:
            log.exception("A waiting caller could not be answered.", tenant=schema, asked=asked)
            return documents.NOT_FOUND
    was_sent = asked in _EXECUTED and form.get("Caller-Destination-Number") == asked
    return waiting_document.sent_back(document) if was_sent else document


def _is_tenant(schema: str) -> bool:
    if not _SCHEMA.fullmatch(schema):
        return False
    with enter_public():
        return tenant_queries.state_of(schema) in ("active", "suspended")


def _language(form: Form) -> str:
    return "zh" if form.get("variable_cc_lang") == "zh" else "en"


def _announce(form: Form, call_id: UUID, queue_id: int, at: datetime) -> str:
    language = _language(form)
    said = asdict(waiting_notice(call_id, language, at))
    # By the switch's clock, with which it compares it.
    now = moment(form.get("Event-Date-Timestamp", "")) or at
    next_at = now + timedelta(seconds=said.pop("pause_seconds"))
    notice = waiting_document.Notice(next_at=int(next_at.timestamp()), language=language, **said)
    return waiting_document.announcement(notice)


def _promise(form: Form, call_id: UUID, queue_id: int, at: datetime) -> str:
    language = _language(form)
    try:
        callback, is_new = promise_callback(call_id=call_id, queue_id=queue_id, at=at, language=language)
    except CallbackImpossible:
        return waiting_document.told(["callback-refused"], language)
    ask_worker_to_look(callback.pk)
    words = ["callback-promised"] if is_new else ["callback-kept", "goodbye"]
    return waiting_document.promised(words, language)


def _unpromise(form: Form, call_id: UUID, queue_id: int, at: datetime) -> str:
    """The caller waits on by themselves, at the place of this call."""
    language = _language(form)
    number = Call.objects.values_list("caller_number", flat=True).get(pk=call_id)
    callback = open_callback(number, queue_id)
    if callback is not None:
        try:
            cancel_callback(callback_id=callback.pk, by="key", at=at)
        except CallbackRings:
            return waiting_document.told(["callback-kept"], language)
        ask_worker_to_look(callback.pk)
    return waiting_document.told(["callback-cancelled"], language)


def _timed_out(form: Form, call_id: UUID, queue_id: int, at: datetime) -> str:
    if not calls_back_at_the_end(queue_id):
        return waiting_document.message()
    try:
        callback, _is_new = promise_callback(
            call_id=call_id, queue_id=queue_id, at=at, language=_language(form)
        )
    except CallbackImpossible:
        return waiting_document.message()
    ask_worker_to_look(callback.pk)
    return waiting_document.promised(["all-busy", "callback-promised"], _language(form))


_EXECUTED = ("announce", "promise", "unpromise")
"""Callers are not sent to these; the plan of a switch that was started before they were executed sends them."""
_ANSWERS: dict[str, Callable[[Form, UUID, int, datetime], str]] = {
    "announce": _announce,
    "promise": _promise,
    "unpromise": _unpromise,
    "timed-out": _timed_out,
}
