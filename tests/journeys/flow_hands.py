"""What journeys about call flows have in common: waiting for the editor, and a stage that is empty afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.product import Product
from tests.journeys.visitor import Visitor

PATIENCE = 30_000


def stage_of_flows(product: Product) -> Iterator[Product]:
    """acme with working hours; at the end without flows, prompts, music and callbacks."""
    product._program("-m", "tests.journeys.flow_stage", "furnish")
    yield product
    product._program("-m", "tests.journeys.flow_stage", "clear")


def ready(visitor: Visitor) -> None:
    expect(visitor.page.locator("#editor")).to_have_attribute("data-ready", "true", timeout=PATIENCE)


def saved(visitor: Visitor) -> None:
    expect(visitor.page.locator("#saved")).to_have_attribute("data-state", "saved", timeout=PATIENCE)


def flow_path(visitor: Visitor) -> str:
    """/flows/<id>/ of the flow whose page is open."""
    return "/".join(urlsplit(visitor.page.url).path.split("/")[:3]) + "/"


def open_json(visitor: Visitor, name: str, nodes: list[dict]) -> None:
    """A flow made under this name, written as JSON in the editor."""
    visitor.go("/flows/new/")
    visitor.page.fill("#flow-name", name)
    visitor.page.get_by_role("button", name="Make the flow").click()
    ready(visitor)
    visitor.page.locator("#tab-json").click()
    flow = {"format": 1, "languages": ["zh", "en"], "start": "n1", "nodes": nodes}
    visitor.page.fill("#flow-json", json.dumps(flow))
    visitor.page.get_by_role("button", name="Use this").click()
    visitor.page.locator("#tab-picture").click()
    saved(visitor)


def open_file(visitor: Visitor, export: dict, folder: Path) -> None:
    """A flow made of a file that was saved elsewhere; its editor is open."""
    path = folder / "flow.json"
    path.write_text(json.dumps(export))
    visitor.go("/flows/new/")
    visitor.page.check("input[value=file]")
    visitor.page.set_input_files("#flow-file", path)
    visitor.page.get_by_role("button", name="Make the flow").click()
    ready(visitor)
