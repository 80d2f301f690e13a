"""What the switch is answered is code to it: only ours may be in it."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from telephony.freeswitch.documents import (
    UnsafeText,
    attribute,
    dialplan_document,
    directory_document,
    fallback_document,
)
from telephony.freeswitch.snapshot import write_numbers
from tests.contract.web import Phone, Route

PHONE = Phone.of("1001", "acme.localhost", "secret")
ROUTE = Route(tenant="acme", number="+862155500001", queue_id=7, is_recorded=True)
CODE = [
    "${system id}",
    "$${secret}",
    "a$b",
    "a{b",
    "a}b",
    "a\nb",
    "a\rb",
    "a\u2028b",
    "a\x00",
    "<X-PRE-PROCESS cmd='exec'/>",
    "x-pre-process",
    "XPRE-process",
    "<?xml?>",
    "</include>",
    "<include>",
    "a\\b",
    "`id`",
    "x" * 600,
]


def test_a_phone_is_answered_with_its_hash_alone() -> None:
    document = directory_document(PHONE)
    root = ET.fromstring(document)
    user = root.find("section[@name='directory']/domain[@name='acme.localhost']/user[@id='1001']")
    params = {param.get("name"): param.get("value") for param in user.iter("param")}
    assert params["a1-hash"] == PHONE.a1_hash
    assert set(params) == {"a1-hash", "dial-string"}
    assert "secret" not in document
    assert "<?xml" not in document


def test_a_call_is_named_its_tenant_and_sent_to_wait() -> None:
    root = ET.fromstring(dialplan_document(ROUTE))
    actions = [(action.get("application"), action.get("data")) for action in root.iter("action")]
    assert actions == [
        ("set", "cc_tenant=acme"),
        ("set", "cc_lang=en"),
        ("set", "cc_number=+862155500001"),
        ("set", "accountcode=acme"),
        ("set", "cc_queue=7"),
        ("set", "cc_prio=0"),
        ("set", "cc_max_wait=300"),
        ("set", "cc_notice=true"),
        ("transfer", "enter 'XML:${cc_dialplan}' cc"),
    ]


@pytest.mark.parametrize(
    ("route", "destination"),
    [
        (None, "unknown-number"),
        (replace(ROUTE, treatment="suspended"), "suspended"),
        (replace(ROUTE, treatment="closed"), "closed"),
        (replace(ROUTE, treatment="closed", queue_id=None), "unknown-number"),
    ],
)
def test_other_calls_are_sent_where_they_belong(route: Route | None, destination: str) -> None:
    last = list(ET.fromstring(dialplan_document(route)).iter("action"))[-1]
    assert last.get("data") == f"{destination} 'XML:${{cc_dialplan}}' cc"


@pytest.mark.parametrize("value", CODE)
def test_code_is_refused_wherever_a_value_stands(value: str) -> None:
    with pytest.raises(UnsafeText):
        attribute(value)
    for field in ("domain", "username"):
        with pytest.raises(UnsafeText):
            directory_document(replace(PHONE, **{field: value}))
    with pytest.raises(UnsafeText):
        dialplan_document(replace(ROUTE, tenant=value))


def test_markup_in_a_value_is_only_text() -> None:
    document = directory_document(replace(PHONE, username="a\"'<&>b"))
    assert ET.fromstring(document).find(".//user").get("id") == "a\"'<&>b"


def test_a_number_and_a_language_cannot_carry_anything_else() -> None:
    document = dialplan_document(replace(ROUTE, number="+86${x}\n21", language="../../etc"))
    assert 'data="cc_number=+8621"' in document
    assert 'data="cc_lang=en"' in document


def test_no_noise_becomes_code() -> None:
    luck = random.Random(11)
    alphabet = "ab1${}<>&'\"\n\\%0A;,|^[]()=-X?/ 王"
    for _ in range(20_000):
        value = "".join(luck.choices(alphabet, k=luck.randint(1, 12)))
        try:
            quoted = attribute(value)
        except UnsafeText:
            continue
        assert not set("${}\n\\") & set(quoted)
        assert ET.fromstring(f"<a b={quoted}/>").get("b") == value


def test_the_numbers_kept_for_bad_days_match_their_spellings(tmp_path) -> None:
    document = fallback_document([("+862155500001", ROUTE)])
    condition = ET.fromstring(document).find(".//condition")
    assert condition.get("expression") == r"^(?:\+|00)?862155500001$"
    with pytest.raises(UnsafeText):
        fallback_document([("8621.*", ROUTE)])
    assert write_numbers(tmp_path, [("+862155500001", ROUTE)])
    assert not write_numbers(tmp_path, [("+862155500001", ROUTE)])
    assert write_numbers(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.xml"]
