"""An errand: in the middle of a talk the caller goes through a flow, and comes back to the agent who waits alone.

At whatever moment that is: a leg that is moved by two in one moment is lost, and the agent's leg was, where the caller
came back as its round ended (docs/decisions/0076). Reading the plan is made slow here, so that the moment is long.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from telephony import facts
from telephony.facts import HeldWhy
from tests.contract.driver import SwitchUnderTest, wait_until
from tests.contract.flow_rows import VERSION, lay, node
from tests.contract.talks import Talk
from tests.contract.walker import together

ROUND, SWEPT = 9, (-0.5, -0.3, -0.1, 0.1, 0.3)
"""Seconds: the agent's round in this test, and about its end the moments at which a caller is fetched back."""
AT_ONCE = 6
"""Less than a round, and much for a busy machine: a quiet one needs one."""
FLOW = (
    node("key", "collect", {"prompt": 1, "name": "order", "min": 1, "max": 5, "seconds": 60}, next="back"),
    node("back", "back"),
)


@pytest.fixture
def slow(line: SwitchUnderTest) -> Iterator[SwitchUnderTest]:
    """A switch that reads for a while before a leg in a call knows what to do next, and whose rounds are long."""
    plan = line.directory / "conf" / "call.xml"
    ours = plan.read_text()
    unused = (
        '<extension name="unused"><condition field="destination_number" expression="^unused$"/></extension>'
    )
    much = f'<context name="unused">{unused * 3_000}</context></section>'
    assert "silence_stream://3000" in ours
    _write(line, ours.replace("</section>", much).replace("stream://3000", f"stream://{ROUND}000"))
    yield line
    _write(line, ours)


def _write(line: SwitchUnderTest, text: str) -> None:
    plan = line.directory / "conf" / "call.xml"
    written = plan.with_suffix(".new")
    written.write_text(text)
    os.replace(written, plan)


def test_a_caller_who_comes_back_finds_the_agent_at_whatever_moment_of_the_waiting(
    slow: SwitchUnderTest,
) -> None:
    lay(slow, *FLOW, number="+862155500098")
    talks = {moment: _talk(slow, 1001 + place) for place, moment in enumerate(SWEPT)}
    took: dict[float, float] = {}

    def there_and_back(moment: float) -> None:
        talk = talks[moment]
        talk.errand(VERSION)
        held = slow.log.wait(facts.CallerHeld, 20, leg_id=talk.caller)
        assert (held.why, held.by_leg_id) == (HeldWhy.FLOW, talk.agent)
        wait_until(lambda: slow.api(f"uuid_getvar {talk.agent} cc_place") == "awaiting", 10, "nobody waits")
        time.sleep(ROUND + moment)
        fetched = time.monotonic()
        slow.switch.end_errand(talk.caller)
        talk.met(talk.agent, talk.caller, times=2)
        took[moment] = time.monotonic() - fetched

    together({f"{moment} s": lambda moment=moment: there_and_back(moment) for moment in SWEPT})  # type: ignore[misc]
    assert {moment: seconds for moment, seconds in took.items() if seconds > AT_ONCE} == {}


def test_an_agent_whose_caller_hangs_up_on_an_errand_is_let_go(line: SwitchUnderTest) -> None:
    lay(line, *FLOW, number="+862155500098")
    talk = _talk(line, 1001)
    talk.errand(VERSION)
    line.log.wait(facts.CallerHeld, 20, leg_id=talk.caller)
    line.switch.hang_up(talk.caller)
    talk.gone(talk.caller, talk.agent)


def _talk(line: SwitchUnderTest, phone: int) -> Talk:
    rung = line.registered_phone(str(phone), answer_after=0.05)
    queued = line.queued_caller(number=f"1380000{phone}")
    offer = line.offer(queued.leg_id, str(phone))
    line.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    return Talk(line, queued, offer, rung)
