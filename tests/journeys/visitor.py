"""One person with one browser, at one tenant's host."""

from pathlib import Path
from typing import Any

from tests.journeys.product import Product

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
WIDE, NARROW = 1440, 390
PATIENCE = 3000
"""Looks, 20 ms apart, at whether a page has all it asked for."""


class Visitor:
    def __init__(self, product: Product, browser, tenant: str, *, language: str = "en", width: int = WIDE,
                 theme: str = "light") -> None:  # fmt: skip
        self.product, self.tenant = product, tenant
        self.left_the_server: list[str] = []
        self.failures: list[str] = []
        is_narrow = width < 600
        self.context = browser.new_context(
            viewport={"width": width, "height": 844 if is_narrow else 900},
            color_scheme=theme,
            is_mobile=is_narrow,
            has_touch=is_narrow,
            reduced_motion="reduce",
        )
        self.speak(language)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self._under_way: set[Any] = set()
        self.page.on("request", self._note_request)
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, lambda request: self._under_way.discard(request))
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))
        self.page.on("console", self._note_console)

    def speak(self, language: str) -> None:
        cookie = {"name": "django_language", "value": language, "url": self.product.address(self.tenant)}
        self.context.add_cookies([cookie])
        self.language = language

    def sign_in(self, username: str) -> None:
        self.go("/sign-in/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", self.product.made["password"])
        self.page.click("button.button--primary, [type=submit]")
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)
        self.speak(self.language)

    def go(self, path: str):
        return self.page.goto(self.product.address(self.tenant, path))

    def settle(self) -> None:
        """Fragments are in, sockets live."""
        if self.page.locator("#live").count():
            self.page.wait_for_selector('#live[data-state="live"]')
        for _ in range(PATIENCE):
            if not self._under_way:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(
            f"{self.page.url} still waits for {[request.url for request in self._under_way]}"
        )

    def grave_faults(self) -> list[str]:
        """What axe finds serious or critical on the page as it is."""
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})"
        )
        return [
            f"{self.page.url} {fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"][:3]
        ]

    def _note_request(self, request) -> None:
        if request.is_navigation_request():
            self._under_way.clear()
        self._under_way.add(request)
        own = (
            self.product.address(self.tenant, ""),
            self.product.address(self.tenant, "").replace("http", "ws"),
        )
        if not request.url.startswith((*own, "data:", "blob:", "about:")):
            self.left_the_server.append(request.url)

    def _note_console(self, message) -> None:
        # A refused answer is written to the console by the browser itself; scripts that fail are the fault.
        if (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and "WebSocket" not in message.text
        ):
            self.failures.append(message.text)
