"""A flow as a dialplan: what stands in the file, and what never does."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from telephony.flows.document import parse
from telephony.flows.kinds import KINDS
from telephony.flows.terms import FlowTerms, QueueTerms
from telephony.freeswitch.documents import UnsafeText
from telephony.freeswitch.flow_document import answer_document, file_name, flow_document, write_flows
from telephony.freeswitch.flow_lines import left
from telephony.freeswitch.flow_nodes import NODES

SHA = "a" * 64
SETTINGS: dict[str, dict[str, Any]] = {
    "say": {"prompt": 1},
    "menu": {"prompt": 1, "repeat_key": "*", "wrong_prompt": 1},
    "collect": {"prompt": 1, "name": "order", "min": 1, "max": 8},
    "speech": {"prompt": 1, "phrases": [{"exit": "p1", "name": "Sales", "key": "1"}]},
    "hours": {"hours": 1},
    "notice": {"prompt": 1, "from": "2026-01-01T00:00", "until": "2026-02-01T00:00"},
    "condition": {"branches": []},
    "lookup": {"url": "https://example.org/{order}", "wait_prompt": 1},
    "answer": {"prompt": 1, "says": [{"name": "order", "as": "digits"}]},
    "language": {"prompt": 1, "keys": {"1": "zh", "2": "en"}},
    "split": {"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]},
    "set": {"priority": 5, "skills": [{"skill": 3, "level": 2}], "tag": "vip"},
    "queue": {"queue": 8},
    "agent": {"agent": 2, "queue": 8, "seconds": 20},
    "external": {"number": "+862155500009", "seconds": 20},
    "voicemail": {"queue": 8, "prompt": 1},
    "callback": {"queue": 8, "prompt": 1},
    "survey": {"survey": 4},
    "back": {},
    "hangup": {"prompt": 1},
}
WICKED = [
    "${system id}",
    "$${event_secret}",
    "1,cc_tenant=globex",
    "1'2",
    '"><x',
    "1\n2",
    "王",
    "1 2",
    "`id`",
    "1}{",
]


def terms_of(*nodes: dict[str, Any], **changes: Any) -> FlowTerms:
    raw = {"format": 1, "languages": ["zh", "en"], "start": nodes[0]["id"], "nodes": list(nodes)}
    values: dict[str, Any] = {
        "tenant": "acme",
        "version_id": 5,
        "document": parse(raw),
        "sounds": {1: {"zh": SHA, "en": "b" * 64}},
        "queues": {8: QueueTerms(max_wait_seconds=60, priority=3, is_recorded=True)},
    }
    return FlowTerms(**values | changes)


def one(kind: str, **settings: Any) -> dict[str, Any]:
    return {"id": "n1", "kind": kind, "settings": SETTINGS[kind] | settings, "exits": {}}


def actions_in(text: str) -> list[tuple[str, str]]:
    return [
        (found.get("application", ""), found.get("data", "")) for found in ET.fromstring(text).iter("action")
    ]


def test_every_kind_of_node_is_written() -> None:
    assert set(NODES) == set(KINDS) == set(SETTINGS)


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_node_of_each_kind_has_its_way_in_and_the_file_a_way_home(kind: str) -> None:
    text = flow_document(terms_of(one(kind)))
    names = [extension.get("name") for extension in ET.fromstring(text).iter("extension")]
    assert "n-n1" in names
    # Whatever is not known comes last, so that it takes nothing from the others.
    [flow, _survey] = ET.fromstring(text).iter("context")
    assert flow.findall("extension")[-1].get("name") == "home"
    assert all(line.count("<") <= 1 for line in text.splitlines()), "each tag has its own line"


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("wicked", WICKED)
def test_what_somebody_typed_is_never_expanded(kind: str, wicked: str) -> None:
    """The check refuses such a document; a row written by other hands must not matter either."""
    for name, value in SETTINGS[kind].items():
        changed = [dict.fromkeys(value[0], wicked)] if isinstance(value, list) and value else wicked
        text = flow_document(terms_of(one(kind, **{name: changed})))
        assert wicked not in "".join(data for _name, data in actions_in(text)).replace("prompt", "")
        assert "system" not in text
        assert "event_secret" not in text


def test_only_our_own_variables_are_named_in_actions() -> None:
    text = flow_document(terms_of(*({**one(kind), "id": f"n{place}"} for place, kind in enumerate(SETTINGS))))
    named = set(re.findall(r"\$\{([a-z_]+)", text))
    assert {name for name in named if not name.startswith("cc_")} <= {
        "expr",
        "playback_terminator_used",
        "recordings_dir",
        "strmicroepoch",
        "strepoch",
        "cond",
        "uuid",
        "uuid_record",
    }


def test_a_title_and_an_address_stay_with_us() -> None:
    text = flow_document(terms_of(one("lookup") | {"title": "Grosses Geheimnis"}))
    assert "Geheimnis" not in text
    assert "example.org" not in text


def test_a_node_that_cannot_be_written_costs_the_others_nothing() -> None:
    bad = {"id": "bad", "kind": "external", "settings": {"number": "${x}"}, "exits": {}}
    text = flow_document(terms_of(one("say"), bad))
    assert 'name="n-n1"' in text
    assert 'name="n-bad"' not in text


def test_a_caller_without_a_wording_in_their_language_hears_another() -> None:
    text = flow_document(terms_of(one("say"), sounds={1: {"en": SHA}}))
    assert f"${{cc_prompts}}/acme/{SHA}.wav" in text
    hidden = flow_document(terms_of(one("say"), sounds={1: {"en": "../../etc/passwd"}}))
    assert "passwd" not in hidden


def test_an_answer_of_our_web_is_checked_like_the_file() -> None:
    node = terms_of(one("hours")).document.nodes["n1"]
    with pytest.raises(UnsafeText):
        left(node, "open}${system id}")
    # A way that is not drawn leads home.
    assert actions_in(answer_document(left(node, "open")))[-1] == ("transfer", "home '${cc_plan}' flow")


def test_a_file_is_written_whole_once_and_kept_while_somebody_may_walk_in_it(tmp_path: Path) -> None:
    assert write_flows(tmp_path, {file_name("acme", 5): "one"})
    assert not write_flows(tmp_path, {file_name("acme", 5): "one"})
    assert write_flows(tmp_path, {file_name("acme", 6): "two"})
    assert sorted(path.name for path in (tmp_path / "flows").iterdir()) == ["acme-5.xml", "acme-6.xml"]
    with pytest.raises(UnsafeText):
        write_flows(tmp_path, {"../acme-7.xml": "three"})
    with pytest.raises(UnsafeText):
        file_name("Acme;", 1)


def test_two_thousand_nodes_are_written_in_a_moment() -> None:
    nodes = [
        {
            "id": f"n{place}",
            "kind": "menu",
            "settings": SETTINGS["menu"],
            "exits": {"1": f"n{place + 1}", "2": "n0"},
        }
        for place in range(2_000)
    ]
    began = time.process_time()
    text = flow_document(terms_of(*nodes))
    assert time.process_time() - began < 5
    assert len(text) < 20_000_000
