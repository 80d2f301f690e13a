"""What is old says so: on the board, on the wall, in the workspace; and a wall that hangs for hours stays as it was."""

import re

from playwright.sync_api import expect

KEEP = """
const Native = WebSocket;
window.WebSocket = class extends Native {
  constructor(...given) {
    super(...given);
    window.line = this;
    this.addEventListener("message", ({ data }) => { if (data.includes('"figures"')) window.told = data; });
  }
};
"""
HOURS = """async ([from, until]) => {
  const told = JSON.parse(window.told);
  for (let second = from; second < until; second += 1) {
    const news = { ...told, type: "figures", at: Date.now(), waiting: second % 40, handled: second };
    news.queues = told.queues.map((row) => ({ ...row, expected_wait: second % 300, service_level: second % 100 }));
    window.line.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(news) }));
    // A screen paints sixty times a second, here once for every minute of a day.
    if (second % 60 === 0) await new Promise(requestAnimationFrame);
  }
}"""
HOUR = 3600
GROWTH = 400_000
"""Bytes between the first hour and the fourth: a line kept of every message would be some five million."""


class Silence:
    """Between page and server; while it lasts, what the server says does not arrive."""

    def __init__(self, page) -> None:
        self.lasts = False
        page.route_web_socket(re.compile(r"/ws/"), self._carry)

    def _carry(self, line) -> None:
        server = line.connect_to_server()
        line.on_message(server.send)
        server.on_message(lambda said: None if self.lasts else line.send(said))


def test_what_is_old_says_so_after_five_seconds_and_is_grey_after_fifteen(product, visit):
    for who, path in (("supervisor", "/floor/"), ("supervisor", "/floor/wall/")):
        page = visit("acme", who).page
        page.clock.install()
        silence = Silence(page)
        page.goto(product.address("acme", path))
        age, live = page.locator("#age"), page.locator("#live")
        expect(live).to_have_attribute("data-state", "live")
        expect(age).to_be_hidden()
        silence.lasts = True
        page.clock.fast_forward(6_000)
        expect(age).to_be_visible()
        expect(age).to_contain_text(re.compile(r"▲ .*\d+"))
        expect(page.locator("[data-dated]").first).to_have_attribute("data-age", "old")
        page.clock.fast_forward(9_500)
        expect(page.locator("[data-dated]").first).to_have_attribute("data-age", "stale")
        silence.lasts = False
        expect(age).to_be_hidden()
        expect(page.locator("[data-dated]").first).to_have_attribute("data-age", "fresh")
        expect(live).to_have_attribute("data-state", "live")


def test_a_silent_workspace_says_since_when(product, visit):
    page = visit("acme", "ann").page
    page.clock.install()
    silence = Silence(page)
    page.goto(product.address("acme", "/workspace/"))
    live = page.locator("#live")
    expect(live).to_have_attribute("data-state", "live")
    silence.lasts = True
    page.clock.fast_forward(13_000)
    expect(live).to_have_attribute("data-state", "stale")
    expect(live).to_contain_text(re.compile(r"▲ .*1\d"))
    expect(page.locator("#status-word")).to_have_class(re.compile("is-stale"))
    # Given up after twenty: another line is asked for, and it brings everything anew.
    silence.lasts = False
    page.clock.fast_forward(8_000)
    expect(live).to_have_attribute("data-state", "live")
    expect(page.locator("#status-word")).not_to_have_class(re.compile("is-stale"))


def test_a_wall_is_after_hours_and_lost_lines_as_it_was(product, visit):
    page = visit("acme", "supervisor").page
    page.add_init_script(KEEP)
    page.goto(product.address("acme", "/floor/wall/"))
    live = page.locator("#live")
    expect(live).to_have_attribute("data-state", "live")
    page.wait_for_function("() => window.told")
    page.evaluate(HOURS, [0, HOUR])
    before = weight(page)
    for hour in (1, 2, 3):
        page.evaluate(HOURS, [hour * HOUR, (hour + 1) * HOUR])
        page.evaluate("window.line.close()")
        expect(live).not_to_have_attribute("data-state", "live")
        expect(live).to_have_attribute("data-state", "live")
    expect(page.locator("#age")).to_be_hidden()
    after = weight(page)
    assert after["Nodes"] <= before["Nodes"] + 50, (before, after)
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5, (before, after)
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < GROWTH, (before, after)


def weight(page) -> dict[str, float]:
    """Of the page, with everything swept away that nobody holds any more."""
    session = page.context.new_cdp_session(page)
    for asked in ("HeapProfiler.enable", "Performance.enable", "HeapProfiler.collectGarbage"):
        session.send(asked)
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {name: found[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")}
