"""Calls of all kinds, each with its own answers: every field of the records is what the script says (pains 16 and 17).

Some twenty by default, side by side; `SCRIPTED_CALLS=100` plays as many, with other lengths and callers.

Where clocks differ a second is allowed: the script lives by our clock, the records by the switch's; whole seconds are
rounded on the way. Everything else is equal, not nearly so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clerk import Clerk, a_clerk
from tests.contract.driver import free_port
from tests.contract.product import Product
from tests.contract.rehearsed import RehearsalUnderTest
from tests.records.scripts import SCRIPTS
from tests.records.stage import Lane
from tests.records.truth import Caller, Truth, said
from tests.servers import SERVERS

pytestmark = pytest.mark.timeout(900)
CALLS = int(os.environ.get("SCRIPTED_CALLS", "0")) or len(SCRIPTS)
LANES = 6
TOLERANCE, ROUNDED = 1.0, 1.0
CALLERS = (
    lambda n: Caller(f"+86138{n:08d}", f"+86138{n:08d}", "Wang Fang"),
    lambda n: Caller(f"139{n:08d}", f"+86139{n:08d}", "王小芳"),
    lambda n: Caller(f"0044207946{n:04d}", f"+44207946{n:04d}", "O'Brien & Sons"),
)


@pytest.fixture
def lanes(tmp_path: Path, django_db_setup: None) -> Iterator[list[Lane]]:
    line = RehearsalUnderTest(tmp_path)
    line.start()
    line.begin_test()
    try:
        with SERVERS.copy_of_database(f"records_{free_port()}") as url:
            product = Product(line, url, free_port(), line.directory)
            product.more["FREESWITCH_GATEWAY"] = line.settings.gateway
            with a_clerk("tests.records.clerk", product.environment, product.logs / "clerk.log") as clerk:
                try:
                    made = [
                        Lane(number, product, clerk, **known)
                        for number, known in enumerate(clerk.ask("furnish", lanes=LANES))
                    ]
                    for lane in made:
                        lane.open()
                    line.carrier(answer_after=0.5)
                    product.start_worker()
                    product.wait_for_phones(
                        *(agent["username"] for lane in made for agent in lane.agents.values())
                    )
                    yield made
                finally:
                    product.stop()
        line.end_test()
    finally:
        line.stop()


def play(lane: Lane, numbers: list[int]) -> list[str]:
    """The scripts of this lane, one after the other; what differs."""
    found = []
    for number in numbers:
        name = list(SCRIPTS)[number % len(SCRIPTS)]
        who = CALLERS[number % len(CALLERS)](number + 1)
        try:
            truth = SCRIPTS[name](lane, who, (number * 7 % 30) / 10)
            lane.gone(truth.call_id)
        except AssertionError as problem:
            found.append(f"{name} ({number}): {problem}")
            continue
        [record] = lane.clerk.ask("records", call_ids=[str(truth.call_id)])
        found += [f"{name} ({number}): {one}" for one in differences(lane, truth, who, record)]
    return found


def differences(lane: Lane, truth: Truth, who: Caller, record: dict[str, Any]) -> list[str]:
    wanted = said(lane, truth) | {"caller": who.shown}
    if truth.type == "inbound":
        wanted["name"] = who.name
    kept = record | {
        "stays": [stay[:3] for stay in record["stays"]],
        "offers": [offer[:2] for offer in record["offers"]],
    }
    found = [
        f"{name} is {kept[name]!r}, not {value!r}" for name, value in wanted.items() if kept[name] != value
    ]
    if truth.is_short != any(record["short"]):
        found.append(f"short abandons: {record['short']}")
    return found + _lengths(truth, record) + _sums(truth, record)


def _lengths(truth: Truth, record: dict[str, Any]) -> list[str]:
    # Each talk is rounded to whole seconds before they are added.
    sums = {name: TOLERANCE * max(1, len(truth.offers)) for name in ("talk", "hold")}

    def allowed(name: str) -> float:
        return sums.get(name, TOLERANCE)

    pairs = [
        ("talk", truth.talk),
        ("hold", truth.hold),
        ("wrap_up", truth.wrap_up),
        ("message", truth.message),
    ]
    lived = [(name, record[name], value) for name, value in pairs]
    if truth.wait is not None:
        lived.append(("wait", record["stays"][-1][3], truth.wait))
    for offer, (letter, _outcome, talk, hold) in zip(record["offers"], truth.offers, strict=False):
        lived += [(f"{letter}'s talk", offer[2], talk), (f"{letter}'s hold", offer[3], hold)]
    return [
        f"{name} is {kept}, lived {value}"
        for name, kept, value in lived
        if (kept is None) != (value is None) or (kept is not None and abs(kept - value) > allowed(name))
    ]


def _sums(truth: Truth, record: dict[str, Any]) -> list[str]:
    """The timeline has no gap, adds up to the call, to the record, and to the ledger."""
    found = []
    if abs(record["line_whole"] - record["length"]) > 0.5:
        found.append(f"the caller's line has {record['line_whole']} s of {record['length']}")
    for one in record["agent_lines"]:
        kept_talk, kept_hold, kept_consult = one["record"]
        aside = one["hold"] + one["consult"]
        # While the one who asks is away, the caller is on hold; who is asked has nobody on hold yet.
        if abs(one["talk"] - kept_talk) > ROUNDED or abs(aside - max(kept_hold, kept_consult)) > ROUNDED:
            found.append(f"{one['agent']}'s line has {one['talk']} + {aside}, the offer {one['record']}")
        if one["gaps"]:
            found.append(f"{one['agent']}'s line has gaps")
    if sum(one["record"][0] for one in record["agent_lines"]) != record["talk"]:
        found.append("the talks of the agents are not the call's")
    outside = sum(kind != "agent" for kind in truth.legs) if record["answered_for"] else 0
    if len(record["charges"]) != outside or (outside and record["billed"] not in record["charges"]):
        found.append(f"charged {record['charges']}, the switch counted {record['billed']}")
    if record["billed"] is not None and abs(record["billed"] - record["answered_for"]) > TOLERANCE:
        found.append(f"billed {record['billed']} s of {record['answered_for']}")
    return found


def test_pain_16_and_17_every_field_of_every_record_is_what_its_script_says(lanes: list[Lane]) -> None:
    shares = [list(range(CALLS))[place::LANES] for place in range(LANES)]
    with ThreadPoolExecutor(LANES) as pool:
        found = [one for lot in pool.map(play, lanes, shares) for one in lot]
    assert found == [], "\n".join(found)
    check_totals(lanes[0].clerk, lanes[0].product)


def check_totals(clerk: Clerk, product: Product) -> None:
    """Nothing twice and nothing lost: calls as played, the ledger adds up, and the file says what the page says."""
    assert product.rows("select count(*), count(distinct id) from acme.telephony_call") == [(CALLS, CALLS)]
    assert product.rows("select count(*) from acme.telephony_leg where call_id is null") == [(0,)]
    charges = product.rows("select count(*), count(distinct leg_id) from public.billing_charge")
    outside = "kind in ('caller', 'external') and answered_at is not null"
    billable = f"select count(*) from acme.telephony_leg where {outside}"
    assert charges == [(product.rows(billable)[0][0],) * 2]
    told = clerk.ask("report")
    assert told["unexplained"]
    day, total = told["kept"][-2], told["kept"][-1]
    stays = product.rows(
        "select count(*), count(*) filter (where exit = 'answered') from acme.telephony_queuestay"
    )
    offered = [name for name in told["head"] if "[O]" in name][0]
    assert int(total[told["head"].index(offered)]) == stays[0][0]
    # Occupancy grows between two looks: it is of the moment.
    lasting = [place for place, name in enumerate(told["head"]) if place and "[OCC]" not in name]
    for shown, kept in zip(told["shown"], told["kept"], strict=True):
        assert all(same(shown[place], kept[place]) for place in lasting), (shown, kept)
    assert day[1:] == total[1:]


def same(on_page: str, in_file: str) -> bool:
    if on_page == "–" or in_file == "":
        return (on_page, in_file) == ("–", "")
    if ":" in on_page:
        minutes, seconds = on_page.split(":")
        return abs(int(minutes) * 60 + int(seconds) - float(in_file)) <= 0.5
    return abs(float(on_page) - float(in_file)) <= 0.05
