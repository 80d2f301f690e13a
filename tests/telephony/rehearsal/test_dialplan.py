"""Which actions a context gives."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from telephony.freeswitch.rehearsal import dialplan


class Notes:
    """A reader with fixed fields that remembers what ran inline."""

    def __init__(self, **fields: str) -> None:
        self.fields = {"destination_number": "4001", "caller_id_number": "13812342211", **fields}
        self.ran: list[tuple[str, str]] = []
        self.groups: list[str] = []

    def field(self, name: str) -> str:
        return self.fields.get(name, "")

    def expand(self, text: str) -> str:
        for name, value in self.fields.items():
            text = text.replace("${" + name + "}", value)
        return text

    def run_inline(self, application: str, data: str) -> None:
        self.ran.append((application, data))
        name, _, value = data.partition("=")
        self.fields[name] = value

    def matched(self, groups: list[str]) -> None:
        self.groups = groups


def actions(extensions: str, **fields: str) -> list[tuple[str, str]] | None:
    found = dialplan.read(ET.fromstring(f"<context>{extensions}</context>"), "4001", Notes(**fields))
    return found and found.applications


def one(conditions: str, **fields: str) -> list[tuple[str, str]] | None:
    return actions(f"<extension name='x'>{conditions}</extension>", **fields)


IS_4001 = "<condition field='destination_number' expression='^4001$'>"
YES = "<action application='log' data='yes'/>"
NO = "<anti-action application='log' data='no'/>"


def test_a_condition_that_holds_gives_its_actions() -> None:
    assert one(f"{IS_4001}{YES}{NO}</condition>") == [("log", "yes")]


def test_a_condition_that_fails_gives_its_anti_actions() -> None:
    assert one(f"{IS_4001}{YES}{NO}</condition>", destination_number="5") == [("log", "no")]


def test_nothing_fits() -> None:
    assert one(f"{IS_4001}{YES}</condition>", destination_number="5") is None


def test_the_first_extension_that_fits_wins_unless_it_continues() -> None:
    first = f"<extension name='a'>{IS_4001}<action application='log' data='1'/></condition></extension>"
    second = f"<extension name='b'>{IS_4001}<action application='log' data='2'/></condition></extension>"
    assert actions(first + second) == [("log", "1")]
    both = actions(first.replace("name='a'", "name='a' continue='true'") + second)
    assert both == [("log", "1"), ("log", "2")]


def test_by_default_a_failed_condition_ends_the_extension() -> None:
    fails = f"<condition field='caller_id_number' expression='^9'>{NO}</condition>"
    assert one(f"{fails}<condition>{YES}</condition>") == [("log", "no")]
    goes_on = fails.replace("<condition ", "<condition break='never' ")
    assert one(f"{goes_on}<condition>{YES}</condition>") == [("log", "no"), ("log", "yes")]


def test_break_on_true_and_always() -> None:
    holds = f"<condition field='destination_number' expression='^4' break='on-true'>{YES}</condition>"
    assert one(f"{holds}<condition>{NO}{YES}</condition>") == [("log", "yes")]
    fails = f"<condition field='destination_number' expression='^5' break='always'>{NO}</condition>"
    assert one(f"{fails}<condition>{YES}</condition>") == [("log", "no")]


def test_groups_fill_in_data() -> None:
    condition = "<condition field='destination_number' expression='^(40)(..)$'>"
    assert one(f"{condition}<action application='set' data='x=$2-$1-$9'/></condition>") == [
        ("set", "x=01-40-")
    ]


def test_a_field_may_be_an_expression() -> None:
    condition = "<condition field='${queue}|${wait}' expression='^7\\|\\d+$'>"
    assert one(f"{condition}{YES}{NO}</condition>", queue="7", wait="30") == [("log", "yes")]
    assert one(f"{condition}{YES}{NO}</condition>", queue="", wait="30") == [("log", "no")]


def test_several_regexes_any_all_and_exactly_one() -> None:
    regexes = (
        "<regex field='destination_number' expression='^4'/><regex field='caller_id_number' expression='^9'/>"
    )
    for rule, wanted in (("any", "yes"), ("all", "no"), ("xor", "yes")):
        assert one(f"<condition regex='{rule}'>{regexes}{YES}{NO}</condition>") == [("log", wanted)]


def test_inline_actions_run_while_reading() -> None:
    reader = Notes()
    set_it = "<condition><action application='set' data='seen=now' inline='true'/></condition>"
    look = f"<condition field='seen' expression='^now$'>{YES}</condition>"
    found = dialplan.read(
        ET.fromstring(f"<context><extension>{set_it}{look}</extension></context>"), "x", reader
    )
    assert found is not None
    assert (found.applications, reader.ran) == ([("log", "yes")], [("set", "seen=now")])


def test_nested_conditions_refine() -> None:
    nested = f"{IS_4001}{YES}<condition field='caller_id_number' expression='^138'>{NO}{YES}</condition></condition>"
    assert one(nested) == [("log", "yes"), ("log", "yes")]


def test_a_broken_expression_holds_for_nobody() -> None:
    assert (
        one("<condition field='destination_number' expression='('><action application='log'/></condition>")
        is None
    )


def test_a_condition_may_ask_the_clock() -> None:
    assert one(f"<condition hour='0-23'>{YES}{NO}</condition>") == [("log", "yes")]
    assert one(f"<condition mday='99'>{YES}{NO}</condition>") == [("log", "no")]
