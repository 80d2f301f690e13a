"""A browser on the running product; everything here is skipped, and says so, where there is no Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.product import Product, running_product
from tests.journeys.visitor import Visitor
from tests.outside import TOOLS

CHROMIUM = TOOLS["browser"].path
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP *.localhost 127.0.0.1", "--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents and "product" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium: " + TOOLS["browser"].how))


@pytest.fixture(scope="session")
def product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all journeys; its switch knows the phones, nobody is signed in."""
    with running_product(tmp_path_factory.mktemp("product")) as one:
        yield one


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    """Closed with its module: while it runs, its event loop stands in the way of every test with a loop of its own."""
    from playwright.sync_api import expect, sync_playwright

    # A machine with other things to do takes longer than playwright's own five seconds.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(product: Product, chromium) -> Iterator[Callable[..., Visitor]]:
    """visit("acme", "ann", language="zh-hans", width=390) → a signed-in Visitor with a browser profile of their own.

    At the end nothing may have left the server, and no script may have failed.
    """
    visitors: list[Visitor] = []

    def arrive(tenant: str, username: str = "", **wishes) -> Visitor:
        visitor = Visitor(product, chromium, tenant, **wishes)
        visitors.append(visitor)
        if username:
            visitor.sign_in(username)
        return visitor

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    assert [url for visitor in visitors for url in visitor.left_the_server] == []
    assert [text for visitor in visitors for text in visitor.failures] == []
