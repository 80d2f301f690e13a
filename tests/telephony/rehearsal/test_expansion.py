"""What `${…}` becomes."""

from __future__ import annotations

import time

import pytest

from telephony.freeswitch.rehearsal import functions
from telephony.freeswitch.rehearsal.expansion import expand

VARIABLES = {
    "name": "Wang Fang",
    "a": "b",
    "b": "deep",
    "list": "ARRAY::one|:two",
    "loop": "${loop}${loop}",
    "evil": "${system(touch /tmp/never)}${strepoch()}",
}


def expanded(text: str) -> str:
    def call(name: str, argument: str) -> str:
        function = functions.PURE.get(name)
        return function(argument) if function else ""

    return expand(text, lambda name: VARIABLES.get(name, ""), call)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", "plain"),
        ("${name}!", "Wang Fang!"),
        ("[${nothing}]", "[]"),
        ("${${a}}", "deep"),
        ("${name:5}", "Fang"),
        ("${name:0:4}", "Wang"),
        ("${name:-4}", "Fang"),
        ("${list[1]}", "two"),
        ("${list[7]}", ""),
        ("\\${name}", "${name}"),
        ("cost $5", "cost $5"),
        ("${expr(3*7)}", "21"),
        ("${expr 1+1}", "2"),
        ("${expr(${strlen(abc)}+1)}", "4"),
        ("${unknown_function(x)}", ""),
        ("${open", ""),
        ("$", "$"),
    ],
)
def test_expansion(text: str, wanted: str) -> None:
    assert expanded(text) == wanted


def test_a_value_is_expanded_again_as_the_real_switch_does_but_no_program_starts() -> None:
    assert expanded("${evil}").isdigit()


def test_a_variable_that_names_itself_ends() -> None:
    start = time.monotonic()
    assert len(expanded("${loop}")) < 10**6
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1795188095-1795188090", "5"),
        ("1+2*3", "7"),
        ("7/2", "3.5"),
        ("-3", "-3"),
        ("1795188095-", "!err!"),
        ("", "!err!"),
        ("1/0", "!err!"),
        ("__import__('os')", "!err!"),
        ("9**9**9", "!err!"),
        ("(" * 5000, "!err!"),
    ],
)
def test_expr(text: str, wanted: str) -> None:
    assert functions.expr(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5 < 15 ? yes : no", "yes"),
        ("15 < 15 ? yes : no", "no"),
        ("15 <= 15 ? yes : no", "yes"),
        ("20 > 15 ? yes : no", "yes"),
        ("abc == abc ? yes : no", "yes"),
        ("abc != abc ? yes : no", "no"),
        ("'a b' == 'a b' ? yes : no", "yes"),
        # The trap: a text counts as its length, so a heartbeat that is missing looks fresh.
        ("!err! < 15 ? yes : no", "yes"),
        ("1 < 2", "-ERR"),
        ("", "-ERR"),
        (" < 15 ? yes : no", "-ERR"),
    ],
)
def test_cond(text: str, wanted: str) -> None:
    assert functions.cond(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4001|^40", "true"),
        ("5001|^40", "false"),
        ("4001|^40(.*)$|%1", "01"),
        ("5001|^40(.*)$|%1", "5001"),
        ("x|(", "-ERR"),
    ],
)
def test_regex(text: str, wanted: str) -> None:
    assert functions.regex(text) == wanted


def test_clocks() -> None:
    now = int(time.time())
    assert abs(int(functions.strepoch("")) - now) <= 1
    assert abs(int(functions.PURE["strmicroepoch"]("")) // 1_000_000 - now) <= 1
    assert functions.strepoch("no date") == "0"
