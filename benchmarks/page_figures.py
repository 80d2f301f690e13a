"""(o) What somebody waits for who opens a page: paints, weight, requests, shifting, long tasks, in headless Chromium.

The whole product runs on the loopback; each load is a cold one, in a browser profile that has nothing but the cookies
of its session. Beside the workspace and the live board stands the smallest page of the same server (a form with three
fields), so that what a page costs can be told from what the server and the browser cost. Bytes are those on the wire,
heads included. Paints count from the click, so the server's answer is in them.
"""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from benchmarks.harness import NotRun, Report, Target, by_turns, check
from tests.outside import TOOLS

TITLE = "o · First sight of a page"
PAGES = {
    "workspace": ("ann", "/workspace/", "the agent's workspace"),
    "telephone": ("ann", "/workspace/", "the agent's workspace at 390 px"),
    "board": ("supervisor", "/floor/", "the live board"),
    "form": ("ann", "/password/", "a form with three fields"),
}
SCREENS = {"telephone": {"width": 390, "height": 844}}
USUAL_SCREEN = {"width": 1440, "height": 900}
PHONE = ("/static/js/phone/phone.js", "/static/vendor/jssip.min.js")
"""Loaded by the workspace where calls ring in the page, once the rest is there."""
LOADS, REST_MS = 3, 1_500
MOST_PAINT_MS, MOST_KB, MOST_SHIFT = 1_000, 300, 0.1
WATCH = """
window.seen = {shift: 0, tasks: 0, longest: 0};
new PerformanceObserver(list => list.getEntries().forEach(one => { if (!one.hadRecentInput) seen.shift += one.value; }))
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(one => {
  seen.tasks += 1; seen.longest = Math.max(seen.longest, one.duration); }))
  .observe({type: "longtask", buffered: true});
"""
READ = """() => {
  const paints = Object.fromEntries(performance.getEntriesByType("paint").map(one => [one.name, one.startTime]));
  const [page] = performance.getEntriesByType("navigation");
  return {"first paint": paints["first-paint"], "first contentful paint": paints["first-contentful-paint"],
          "server's answer": page.responseEnd, "layout shift": seen.shift, "long tasks": seen.tasks,
          "longest task": seen.longest};
}"""
UNITS = {
    "first paint": "ms",
    "first contentful paint": "ms",
    "server's answer": "ms",
    "live": "ms",
    "scripts": "kB",
    "everything": "kB",
    "everything, with the phone library": "kB",
    "requests": "",
    "layout shift": "",
    "long tasks": "",
    "longest task": "ms",
}


class Wire:
    """What came over the wire, as the browser's own protocol tells it."""

    def __init__(self, session: Any) -> None:
        self.kinds: dict[str, tuple[str, str]] = {}
        self.bytes: dict[str, float] = {}
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)
        session.send("Network.enable")

    def _asked(self, told: dict[str, Any]) -> None:
        self.kinds[told["requestId"]] = (told.get("type", ""), told["request"]["url"])

    def _came(self, told: dict[str, Any]) -> None:
        self.bytes[told["requestId"]] = told["encodedDataLength"]

    def kilobytes(self, kind: str = "") -> float:
        wanted = (key for key, (what, _url) in self.kinds.items() if kind in ("", what))
        return sum(self.bytes.get(key, 0) for key in wanted) / 1000

    def hosts(self) -> set[str]:
        urls = (urlsplit(url) for _kind, url in self.kinds.values())
        return {url.netloc for url in urls if url.scheme.startswith(("http", "ws"))}


def run(repeats: int) -> Report:
    if not TOOLS["browser"].path:
        raise NotRun("no Chromium on this machine: apt-get install chromium-headless-shell")
    from playwright.sync_api import sync_playwright

    from tests.journeys.conftest import ARGUMENTS
    from tests.journeys.product import running_product
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as home,
            running_product(Path(home) / "product") as product,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=TOOLS["browser"].path, args=ARGUMENTS)
            cookies = {
                name: _sign_in(browser, product, name) for name in {who for who, *_rest in PAGES.values()}
            }
            found = by_turns(
                {
                    name: partial(_round, browser, cookies[who], product.address("acme", path), name)
                    for name, (who, path, _words) in PAGES.items()
                },
                repeats,
            )
            browser.close()
    finally:
        SERVERS.stop()
    return _report(found, repeats)


def _sign_in(browser: Any, product: Any, username: str) -> Any:
    from tests.journeys.visitor import Visitor

    visitor = Visitor(product, browser, "acme")
    visitor.sign_in(username)
    state = visitor.context.storage_state()
    visitor.context.close()
    return state


def _round(browser: Any, cookies: Any, address: str, name: str) -> dict[str, float]:
    loads = [_load(browser, cookies, address, name) for _ in range(LOADS)]
    return {figure: median(load[figure] for load in loads) for figure in loads[0]}


def _load(browser: Any, cookies: Any, address: str, name: str) -> dict[str, float]:
    context = browser.new_context(storage_state=cookies, viewport=SCREENS.get(name, USUAL_SCREEN))
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        wire = Wire(context.new_cdp_session(page))
        page.goto(address)
        live = _until_live(page)
        page.wait_for_timeout(REST_MS)
        figures = page.evaluate(READ) | live | {
            "scripts": wire.kilobytes("Script"),
            "everything": wire.kilobytes(),
            "requests": len(wire.bytes),
        }  # fmt: skip
        if name == "workspace":
            page.evaluate("paths => Promise.all(paths.map(path => import(path)))", list(PHONE))
            page.wait_for_timeout(REST_MS)
            figures["everything, with the phone library"] = wire.kilobytes()
        check(wire.hosts() == {urlsplit(address).netloc}, f"{address} asked {wire.hosts()}")
        return figures
    finally:
        context.close()


def _until_live(page: Any) -> dict[str, float]:
    """Milliseconds until the page says that its socket tells it what happens."""
    if not page.locator("#live").count():
        return {}
    page.wait_for_selector('#live[data-state="live"]')
    return {"live": page.evaluate("performance.now()")}


def _report(found: dict[str, dict[str, list[float]]], repeats: int) -> Report:
    report = Report(TITLE)
    workload = f"cold, 1440 px unless said, {LOADS} loads a round"
    for name, (_who, _path, words) in PAGES.items():
        for figure, unit in UNITS.items():
            if figure in found[name]:
                report.row(workload, words, figure, unit, found[name][figure])
    for name in ("workspace", "telephone", "board"):
        words, seen = PAGES[name][2], {figure: median(values) for figure, values in found[name].items()}
        report.targets += [
            Target(f"{words}, first paint in ms", seen["first paint"], at_most=MOST_PAINT_MS, is_gate=False),
            Target(f"{words}, kB before the phone library", seen["everything"], at_most=MOST_KB),
            Target(f"{words}, layout shift", seen["layout shift"], at_most=MOST_SHIFT, is_gate=False),
        ]
    report.checks.append(("no page asked another host", f"{len(PAGES) * LOADS * repeats} loads"))
    return report
