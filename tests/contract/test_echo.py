"""The phone check of an agent's page on a real switch: it calls the echo, and tells what of its sound came back."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from telephony import facts
from telephony.freeswitch import cdr
from telephony.freeswitch.translate import Source
from tests.contract.driver import wait_until
from tests.contract.headset import Ann, ann  # noqa: F401  (a fixture)
from tests.contract.product import Product
from tests.contract.test_product import product  # noqa: F401  (a fixture)

pytestmark = [
    pytest.mark.freeswitch,
    pytest.mark.sipp,
    pytest.mark.browser,
    pytest.mark.timeout(300),
]


@pytest.mark.skipif(
    not os.environ.get("PAGE_PHONE"), reason="a browser that speaks needs a calm machine: PAGE_PHONE=1"
)
def test_the_check_calls_the_echo_and_nobody_notices_the_call(product: Product, ann: Ann) -> None:  # noqa: F811
    product.furnish_floor(1)
    product.start_both()
    ann.sign_in("agent1001")
    ann.go("/phone-check/")
    ann.page.click("#check-start")
    expect(ann.page.locator("#check-step")).to_have_text("Done.", timeout=90_000)
    figures = {
        row.locator("th").inner_text(): row.locator("td").first.inner_text()
        for row in ann.page.locator("#check-result tbody tr").all()
    }
    lost, way, jitter = (
        float(figures[name].split()[0])
        for name in ("Lost packets", "Sound there and back", "Unevenness of the sound")
    )
    assert lost < 5, figures
    assert 0 <= way < 500, figures
    assert 0 <= jitter < 200, figures

    records = wait_until(
        lambda: list(product.line.settings.spool_dir.parent.rglob("*.cdr.json")), 20, "no record"
    )
    assert [cdr.settle(path.read_bytes(), Source("under-test")) for path in records] == [[]]
    assert product.line.log.all(facts.LegCreated) == []
    assert product.rows("select count(*) from acme.telephony_leg") == [(0,)]
    assert ann.failures == []
