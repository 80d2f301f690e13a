"""Texts that mean something to a shell, the switch, XML, SSML, HTTP or JSON; thousands, always the same."""

import random
from collections.abc import Iterator

PIECES = (
    "${system(touch /tmp/owned)}", "$${event_secret}", "@{bgapi(system id)}", "$(touch /tmp/owned)", "`id`",
    "; id ;", "| id", "&& id", "> /tmp/owned", "--version", "-f /etc/passwd", "-w/tmp/owned.wav",
    "--path=/tmp", "'", '"', "\\", "</prosody>", "</voice>", "</speak>", "<break time='9s'/>",
    "<audio src='http://127.0.0.1/'/>", "]]>", "<![CDATA[",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "&e;", "&amp;lt;", "<?xml version='1.0'?>",
    "&#x0;", "\r\nX-Evil: yes\r\n", "%0d%0aX: y", "\n\nGET / HTTP/1.1", "\x00", "\x1b[2J", "\u202e", "\ufeff",
    "\ud800", "\uffff", "',x,'", '{"a": 1}', '", "voice": "evil', "[[", "]]", "[[h@'loU]]",
    "{cc_tenant=globex}", "[origination_uuid=1]", "../../../etc/passwd", "file_string://", "!/etc/passwd",
    "@@99", "tone_stream://%(1,1,1)", "您好", "👩‍💻", "é" * 40, "a" * 300, " ", "\t", "%s%n", "{0.__class__}",
    "{{ 7*7 }}", "' OR 1=1 --", "javascript:alert(1)", "=cmd|' /C calc'!A0",
)  # fmt: skip


def texts(count: int) -> Iterator[str]:
    """Each piece alone, then mixtures of them."""
    chance = random.Random(14)
    yield from PIECES
    for _number in range(count - len(PIECES)):
        yield "".join(chance.choice(PIECES) for _piece in range(chance.randint(2, 6)))
