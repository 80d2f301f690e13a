"""A14: whatever is typed, nothing of it reaches a dialplan, a dial string, a command or a voice's command line.

Not our own list of bad characters decides, but shapes: what stands in a document made of good values, with runs of
letters and digits taken for one, are the only shapes there may be. A value that changes more than letters and digits
shows, and so does any text that comes out whole.
"""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest

from telephony.flows.document import Document, Node, UnreadableFlow, parse
from telephony.flows.terms import FlowTerms, QueueTerms
from telephony.freeswitch import commands, documents, waiting_document
from telephony.freeswitch.documents import UnsafeText
from telephony.freeswitch.flow_document import answer_document, flow_document
from telephony.freeswitch.flow_lines import left
from telephony.freeswitch.survey_document import AskedSurvey, survey_document
from telephony.freeswitch.translate import Source, translate
from telephony.freeswitch.trunk_document import gateways_document, networks_document
from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Utterance
from telephony.speech.providers import azure, espeak
from telephony.switch import OfferCommand, QueueEntry, UnsafeValue
from tests.attacks.payloads import CANARY, PROOF, chance, texts
from tests.contract.carriers import terms as trunk
from tests.contract.web import Phone, Route

SHA = "a" * 64
UID = UUID("5b1b6c0e-0d6e-4d4b-9d8b-0a4d0e5b1a11")
SETTINGS: dict[str, dict[str, Any]] = {
    "say": {"prompt": 1},
    "menu": {"prompt": 1, "seconds": 5, "repeat_key": "*", "wrong_prompt": 1, "timeouts": 2, "wrongs": 2},
    "collect": {"prompt": 1, "name": "order", "min": 1, "max": 8, "end_key": "#", "seconds": 5, "tries": 2},
    "hours": {"hours": 1},
    "notice": {"prompt": 1, "from": "2026-01-01T00:00", "until": "2026-02-01T00:00"},
    "condition": {"branches": [{"exit": "vip", "name": "VIP", "when": [{"field": "level", "op": "is", "value": "x"}]}]},
    "lookup": {"method": "GET", "url": "https://shop.example/{order}", "body": "", "found_when": "a", "wait_prompt": 1,
               "keep": [{"name": "state", "path": "a.b"}], "timeout_seconds": 5},
    "answer": {"prompt": 1, "says": [{"name": "order", "as": "digits"}]},
    "language": {"prompt": 1, "keys": {"1": "zh", "2": "en"}, "seconds": 5},
    "split": {"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]},
    "set": {"priority": 5, "skills": [{"skill": 3, "level": 2}], "tag": "vip"},
    "queue": {"queue": 8},
    "agent": {"agent": 2, "queue": 8, "seconds": 20},
    "external": {"number": "+862155500009", "seconds": 20},
    "voicemail": {"queue": 8, "prompt": 1},
    "callback": {"queue": 8, "prompt": 1},
    "survey": {"survey": 4},
    "hangup": {"prompt": 1},
}  # fmt: skip
EXITS = {"next": "n2", "1": "n2", "timeout": "n2", "failed": "", "else": "n2"}
IN_ONE = 250
"""Nodes of one document."""


def shape(text: str) -> str:
    """Runs of letters and digits of small alphabets count as one; everything else stands for itself."""
    return re.sub(r"[a-z0-9_*#]+", "w", text)


def shapes(document: str) -> set[tuple[str, str]]:
    """(application, shape of its data) of each action, and of each condition (what is asked, shape)."""
    root = ET.fromstring(document)
    done = {
        (one.get("application", ""), shape(one.get("data", "")))
        for one in [*root.iter("action"), *root.iter("anti-action")]
    }
    asked = {
        ("?", shape(one.get("field", "")) + " " + shape(one.get("expression", "")))
        for one in root.iter("condition")
    }
    named = {("name", shape(one.get("name", ""))) for one in root.iter("extension")}
    return done | asked | named


def terms_of(nodes: Iterable[Node], **changes: Any) -> FlowTerms:
    known = {node.id: node for node in nodes}
    values: dict[str, Any] = {
        "tenant": "acme",
        "version_id": 5,
        "document": Document(("zh", "en"), next(iter(known)), known),
        "sounds": {1: {"zh": SHA, "en": "b" * 64}},
        "queues": {8: QueueTerms(max_wait_seconds=60, priority=3, is_recorded=True)},
        "notices": {},
    }
    return FlowTerms(**values | changes)


def good_shapes() -> set[tuple[str, str]]:
    """Of every kind, as it is set above, with every optional setting left out, and with nothing drawn."""
    found: set[tuple[str, str]] = set()
    for kind, settings in SETTINGS.items():
        fewer = [
            {name: value for name, value in settings.items() if name != left_out} for left_out in settings
        ]
        changed = [{"max": 1}, {"is_secret": True}, {"repeat_key": "1"}, {"end_key": "*"}, {"end_key": "0"}]
        changed.append({"end_key": "none"})
        for exits in (EXITS, {}):
            for one in [settings, *fewer, *(settings | change for change in changed)]:
                found |= shapes(flow_document(terms_of([Node("n1", kind, settings=one, exits=exits)])))
    return found


def places_of(value: Any) -> list[tuple[Any, ...]]:
    """The way to each text, number and key within a setting."""
    if isinstance(value, dict):
        return [(key, *way) for key, inner in value.items() for way in places_of(inner)]
    if isinstance(value, list):
        return [(place, *way) for place, inner in enumerate(value) for way in places_of(inner)]
    return [()]


def put(value: Any, way: tuple[Any, ...], payload: str) -> Any:
    if not way:
        return payload
    if isinstance(value, dict):
        return value | {way[0]: put(value[way[0]], way[1:], payload)}
    return [put(inner, way[1:], payload) if place == way[0] else inner for place, inner in enumerate(value)]


WAYS = [(kind, way) for kind, settings in SETTINGS.items() for way in places_of(settings)]


def hostile_nodes() -> Iterable[Node]:
    """Each payload in one place of one node: a setting, a key of keys, an exit, where an exit leads, a title."""
    dice = chance()
    for place, payload in enumerate(texts(dice)):
        kind, way = WAYS[place % len(WAYS)]
        settings, exits, title = SETTINGS[kind], dict(EXITS), ""
        what = dice.randrange(8)
        if what == 0:
            exits[payload] = "n2"
        elif what == 1:
            exits[dice.choice(list(exits))] = payload
        elif what == 2:
            title = payload
        elif what == 3 and kind == "language":
            settings = settings | {"keys": {payload: "zh", "2": payload}}
        else:
            settings = put(settings, way, payload)
        yield Node(f"n{place}", kind, title=title, settings=settings, exits=exits)


def test_no_text_of_a_flow_changes_what_the_switch_does() -> None:
    """The documents are as rows could hold them if every check before had been passed by."""
    known, nodes = good_shapes(), list(hostile_nodes())
    for begin in range(0, len(nodes), IN_ONE):
        document = flow_document(terms_of(nodes[begin : begin + IN_ONE]))
        assert CANARY not in document
        assert shapes(document) <= known, sorted(shapes(document) - known)[:3]


def test_no_text_of_a_flow_is_in_what_our_web_answers() -> None:
    known = shapes(answer_document(left(Node("n1", "hours", exits={"open": "n2"}), "open")))
    known |= shapes(answer_document(left(Node("n1", "hours"), "open")))
    for place, payload in enumerate(texts(chance())):
        node = Node("n1", "split", exits={"a": payload} if place % 2 else {payload: "n2"})
        try:
            document = answer_document(left(node, "a" if place % 2 else payload))
        except UnsafeText:
            continue
        assert shapes(document) <= known


def test_what_is_read_as_a_flow_holds_it_as_text_or_is_refused() -> None:
    """Reading changes no text: what somebody typed is shown as it was typed, or the whole is refused."""
    dice, refused = chance(), 0
    for place, payload in enumerate(texts(dice)):
        kind, way = WAYS[place % len(WAYS)]
        settings = put(SETTINGS[kind], way, payload)
        node = {"id": "n1", "kind": kind, "title": payload[:80], "settings": settings, "exits": {}}
        try:
            found = parse({"format": 1, "languages": ["en"], "start": "n1", "nodes": [node]})
        except UnreadableFlow:
            refused += 1
            continue
        assert found.nodes["n1"].as_dict()["settings"] == settings
    assert 0 < refused < 5_000


OFFER = OfferCommand(
    offer_id=UID, tenant="acme", caller_leg_id=UID, call_id=UID, agent_id=11, epoch=1, username="1001",
    domain="acme.localhost", timeout_seconds=10, caller_number="13800001111", recording="acme/2026/x.wav",
)  # fmt: skip
ENTRY = QueueEntry(tenant="acme", queue_id=7, priority=1, max_wait_seconds=60, language="en")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def as_words(text: str) -> str:
    """A command with every run of harmless letters taken for one."""
    return re.sub(r"[A-Za-z0-9_.+@:/-]+", "w", text)


def test_no_text_changes_a_command_to_the_switch() -> None:
    fields = (
        "tenant",
        "username",
        "domain",
        "caller_number",
        "recording",
        "contact",
        "dials",
        "shown_number",
    )
    usual = replace(OFFER, dials="+8613800007777", shown_number="+862155500001")
    elsewhere = replace(OFFER, contact="<sip:1001@192.0.2.7:5060>")
    offers = (OFFER, usual, elsewhere, replace(OFFER, recording=None))
    whole = {as_words(commands.originate_offer(one)) for one in offers}
    queued, killed = (
        as_words(commands.set_queue(UID, ENTRY, NOW)),
        as_words(commands.kill(UID, "NORMAL_CLEARING")),
    )
    for place, payload in enumerate(texts(chance())):
        offer = {fields[place % len(fields)]: payload}
        entry = {("tenant", "language")[place % 2]: payload}
        said: list[tuple[Callable[[], str], set[str]]] = [
            (partial(lambda change: commands.originate_offer(replace(OFFER, **change)), offer), whole),
            (partial(lambda change: commands.set_queue(UID, replace(ENTRY, **change), NOW), entry), {queued}),
            (partial(commands.kill, UID, payload), {killed}),
        ]
        for say, usually in said:
            try:
                line = say()
            except UnsafeValue:
                continue
            assert "\n" not in line
            assert as_words(line) in usually, line


ROUTE = Route("acme", "+862155500001", 7, backup_number="+8613900001111")
PHONE = Phone.of("1001", "acme.localhost", "x")


def test_no_text_of_a_number_a_phone_a_survey_or_a_sound_changes_what_we_answer() -> None:
    notice = waiting_document.Notice(next_at=1, pieces=("thank-you",), own=f"acme/{SHA}", callback_key="1")
    asked = AskedSurvey(survey_id=3, scale="nps", queue_ids=(7,), questions={"en": SHA})
    makers: list[Callable[[str], str]] = [
        lambda p: documents.dialplan_document(replace(ROUTE, tenant=p)),
        lambda p: documents.dialplan_document(replace(ROUTE, number=p, language=p)),
        lambda p: documents.dialplan_document(replace(ROUTE, treatment="backup", backup_number=p)),
        lambda p: documents.dialplan_document(replace(ROUTE, treatment=p)),
        lambda p: documents.fallback_document([(p, ROUTE)]),
        lambda p: documents.directory_document(replace(PHONE, a1_hash=p)),
        lambda p: waiting_document.announcement(replace(notice, callback_key=p)),
        lambda p: waiting_document.announcement(replace(notice, pieces=(p,), language=p)),
        lambda p: waiting_document.announcement(replace(notice, own=p)),
        lambda p: waiting_document.promised((p,), p),
        lambda p: survey_document(p, [asked]),
        lambda p: survey_document("acme", [replace(asked, questions={"en": p, p: SHA})]),
        lambda p: survey_document("acme", [replace(asked, scale=p)]),
    ]
    for place, payload in enumerate(texts(chance())):
        try:
            document = makers[place % len(makers)](payload)
        except (UnsafeText, ValueError):
            continue
        assert CANARY not in document, document
        ET.fromstring(document)


def test_a_phone_s_name_is_an_attribute_or_refused() -> None:
    """The one place where a text of some freedom is put in: a user's name and a domain, escaped, and never code."""
    tags = [one.tag for one in ET.fromstring(documents.directory_document(PHONE)).iter()]
    for payload in texts(chance()):
        try:
            document = documents.directory_document(replace(PHONE, username=payload, domain=payload))
        except UnsafeText:
            continue
        root = ET.fromstring(document)
        assert [one.get("id") for one in root.iter("user")] == [payload]
        assert [one.tag for one in root.iter()] == tags
        assert not re.search(r"[${}\\`]|pre-?process", payload, re.I)


def test_what_a_caller_says_is_text_of_one_fact() -> None:
    """Names, numbers and headers as a switch tells them: one event stays one event, of the tenant it was of."""
    event = {
        "Event-Name": "CHANNEL_CREATE", "Unique-ID": str(UID), "Call-Direction": "inbound",
        "variable_cc_tenant": "acme",
        "Caller-Caller-ID-Number": "13800001111", "Caller-Destination-Number": "+862155500001",
        "Caller-Channel-Created-Time": "1763650000000000", "Event-Date-Timestamp": "1763650000000000",
        "Event-Sequence": "7",
    }  # fmt: skip
    places = (
        "Caller-Caller-ID-Name",
        "Caller-Orig-Caller-ID-Name",
        "Caller-Caller-ID-Number",
        "Caller-Destination-Number",
    )
    for place, payload in enumerate(texts(chance())):
        fact = translate({**event, places[place % len(places)]: payload}, Source("here", "/recordings"))
        assert fact is not None
        assert (fact.leg_id, fact.tenant) == (UID, "acme")
        for said in (fact.caller_name, fact.caller_number, fact.dialled):
            assert said.isprintable()
            assert len(said) <= 256


def test_no_text_is_a_word_of_a_voices_command(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], *, input: bytes, **_more: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: A002
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, b"RIFF" + b"\x00" * 80, b"")

    monkeypatch.setattr(espeak.shutil, "which", lambda _name: "/usr/bin/espeak-ng")
    monkeypatch.setattr(espeak.subprocess, "run", run)
    voice = espeak.Espeak()
    voice.speak(Utterance(text="hello", language="en"))
    [usual] = ran
    for payload in texts(chance()):
        ran.clear()
        voice.speak(Utterance(text=payload, language="en"))
        assert ran == [usual]
        said = "".join(c for c in payload if c.isprintable())
        told = ET.fromstring(azure._ssml(Utterance(text=said, language="en", settings={"voice": "v"})))
        assert ([one.tag for one in told.iter()], "".join(told.itertext())) == (
            ["speak", "voice", "prosody"],
            said,
        )
        try:
            voice.speak(Utterance(text="x", language="en", settings={"voice": payload, "speed": payload}))
        except SpeechFailed:
            continue
        assert re.fullmatch(r"[A-Za-z0-9_+][A-Za-z0-9_+-]*", ran[-1][2])
        assert ran[-1][4].isdigit()


@pytest.fixture(autouse=True)
def _nothing_ran(monkeypatch: pytest.MonkeyPatch) -> Any:
    # It would say ten thousand times that a node could not be written.
    monkeypatch.setattr("telephony.freeswitch.flow_document.log", Mock())
    PROOF.unlink(missing_ok=True)
    yield
    assert not PROOF.exists()


def test_nothing_entered_of_a_trunk_reaches_the_switches_file_but_what_it_is() -> None:
    good = gateways_document([trunk("t1", 5060)])
    dice, refused = chance(), 0
    fields = (
        "key",
        "host",
        "transport",
        "username",
        "secret",
        "codecs",
        "caller_form",
        "dial_prefix",
        "srtp",
    )
    for text in texts(dice, 4000):
        try:
            told = gateways_document([trunk(**{"key": "t1", "port": 5060, dice.choice(fields): text})])
        except UnsafeText:
            refused += 1
            continue
        assert re.sub(r'value="[^"]*"', "", told) == re.sub(r'value="[^"]*"', "", good)
        assert not set("<>&'$`{}\\;\n") & set("".join(re.findall(r'value="([^"]*)"', told)))
    assert refused > 3500
    for text in texts(dice, 1000):
        with pytest.raises(ValueError, match="does not appear"):
            networks_document([text])
        with pytest.raises(UnsafeValue):
            commands.ways([text])
