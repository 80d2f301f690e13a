"""What callers say of themselves is text, whatever it looks like."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.telephony.rehearsal.theatre import Theatre, play, text

NAMES = [
    "Bob\nEvent-Name: CHANNEL_HANGUP_COMPLETE\nvariable_cc_tenant: globex",
    "Bob%0AEvent-Name: X",
    "${system touch /tmp/never}",
    "$${password} ${strepoch()} ${${a}}",
    "<X-PRE-PROCESS cmd='exec' data='touch /tmp/never'/>",
    "</extension>'\"&;|^,=",
    "王芳 📞",
    "x" * 2048,
    "\x00\x01\udcff",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_in_its_header(tmp_path: Path, name: str) -> None:
    async def scene(on: Theatre) -> None:
        sent = quote(name.encode("utf-8", "surrogateescape"))
        answer = await on.ask(f"rehearsal call 4006 from=138 name={sent} patience=0")
        leg_id = answer.split()[1]
        shown = await on.ear.wait("test::shown")
        assert text(shown, "Event-Name") == "CUSTOM"
        assert text(shown, "Unique-ID") == leg_id
        assert "variable_cc_tenant" not in shown.headers
        # The real switch decodes %0A and defuses ${ when the call comes in; so does this one.
        assert "${" not in text(shown, "Caller-Caller-ID-Name")
        assert json.loads(json.dumps(shown.headers))["Caller-Caller-ID-Name"] == text(
            shown, "Caller-Caller-ID-Name"
        )
        await on.ask(f"uuid_kill {leg_id}")
        await on.over(leg_id)

    play(tmp_path, scene)
    assert not Path("/tmp/never").exists()
    [record] = (tmp_path / "cdr").iterdir()
    assert json.loads(record.read_text())["callflow"][0]["caller_profile"]["destination_number"] == "4006"


@pytest.mark.parametrize(
    "command",
    [
        "rehearsal",
        "rehearsal call",
        "rehearsal call 4001 talk=abc",
        "rehearsal call 4001 talk=9-1",
        "rehearsal call 4001 nonsense",
        "rehearsal call 4001 colour=red",
        "rehearsal call 4001 keys=xx@1",
        "rehearsal phone",
        "rehearsal phone 1001@x mode",
        "rehearsal phone 1001@acme.localhost register mode=sleepy",
        "rehearsal pace 0",
        "rehearsal pace fast",
        "rehearsal press none",
        "rehearsal hangup",
        "originate",
        "originate user/1001",
        "originate x y",
        "uuid_transfer",
        "uuid_kill",
    ],
)
def test_nonsense_is_refused_in_words(tmp_path: Path, command: str) -> None:
    async def scene(on: Theatre) -> None:
        answer = await on.ask(command)
        assert answer.startswith(("-ERR", "-USAGE"))
        assert answer.endswith("\n")
        assert on.switch.legs == {}

    play(tmp_path, scene)
