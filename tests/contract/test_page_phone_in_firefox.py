"""The phone in an agent's page, in Firefox, on a real switch: signed in, registered, answered, held, and dialled out.

What Chromium is put through stands in test_page_phone.py; what Firefox was not, in docs/phone.md.
"""

from __future__ import annotations

import json

import pytest

from telephony import facts
from tests.contract.driver import wait_until
from tests.contract.firefox import ALT, ENTER, Firefox, firefox  # noqa: F401  (a fixture)
from tests.contract.headset import HEARD, REMEMBER
from tests.contract.product import Product
from tests.contract.test_product import offered_after, product  # noqa: F401  (a fixture)
from tests.contract.tones import TONES, heard

pytestmark = [pytest.mark.freeswitch, pytest.mark.sipp, pytest.mark.timeout(240)]
STRIP = "document.getElementById('phone-strip').dataset.state"
STAGE = "document.getElementById('hand').dataset.stage"
READY = "document.getElementById('status-word').textContent.includes('● Ready')"


def test_an_agent_answers_and_calls_in_firefox(firefox: Firefox, product: Product) -> None:  # noqa: F811
    line = product.line
    product.more = {"FREESWITCH_GATEWAY": line.settings.gateway}
    product.furnish_floor(1, wrap_up_seconds=0)
    product.start_both()
    begin_shift(firefox, product)

    line.call(number="+8613812342211", name="Wang Fang", hertz=TONES["caller"])
    firefox.wait(STAGE, "ringing")
    firefox.wait(f"{STRIP} === 'ringing'")
    firefox.press(ALT, "a")
    [offer] = offered_after(line, 0)
    line.log.wait(facts.LegsBridged, 15, offer_id=offer.leg_id)
    firefox.wait(STAGE, "talking")
    has_sound(firefox)
    assert heard(line, caller=offer.call_id) == {"caller": {"agent"}}
    for key, stage in (("h", "hold"), ("h", "talking")):
        firefox.press(ALT, key)
        firefox.wait(STAGE, stage)
    has_sound(firefox)
    firefox.press(ALT, "e")
    line.log.wait(facts.LegHungUp, 15, leg_id=offer.leg_id)
    firefox.wait(STAGE, "none")

    line.carrier(answer_after=0.3, hertz=TONES["outside"])
    line.log.heard.clear()
    firefox.press(ALT, "p")
    firefox.write("139 1234-8888")
    firefox.press(ENTER)
    firefox.wait(STAGE, "talking")
    has_sound(firefox)
    customer = line.log.wait(facts.LegCreated, 15, offer_id=None)
    assert heard(line, outside=customer.leg_id) == {"outside": {"agent"}}
    firefox.press(ALT, "e")
    line.log.wait(facts.LegHungUp, 15, leg_id=customer.leg_id)
    assert firefox.failures == []


def begin_shift(firefox: Firefox, product: Product) -> None:  # noqa: F811
    firefox.ask("script.addPreloadScript", functionDeclaration=f"() => {{{REMEMBER}}}")
    firefox.go(product.address("acme", "/sign-in/"))
    for name, value in (("username", "agent1001"), ("password", product.made["password"])):
        firefox.run(f"document.querySelector('[name={name}]').focus()")
        firefox.write(value)
    firefox.press(ENTER)
    firefox.wait("location.pathname === '/workspace/' && document.readyState === 'complete'")
    firefox.wait(f"['ask', 'registered', 'silent'].includes({STRIP})")
    firefox.run(
        "if (!document.getElementById('phone-start').hidden) document.getElementById('phone-start').click()"
    )
    firefox.wait(f"['registered', 'silent'].includes({STRIP})")
    firefox.press(ALT, "r")
    firefox.wait(READY)


def has_sound(firefox: Firefox) -> None:  # noqa: F811
    """Both ways, counted in the page twice."""
    counted = f"({HEARD})().then(JSON.stringify)"

    def is_sounding() -> bool:
        before = json.loads(firefox.run(counted))
        firefox.run("new Promise((done) => setTimeout(done, 400))")
        after = json.loads(firefox.run(counted))
        return all(after[one] > before[one] for one in ("packets", "sent", "energy"))

    wait_until(is_sounding, 15, "no sound both ways")
