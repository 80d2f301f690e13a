"""An owner prepares for the worst; an operator reads what the house bears.

With SCREENSHOTS=<folder> each page is photographed, wide and narrow, in both languages.
"""

import re
from urllib.parse import urlsplit

from tests.journeys.looks import look, look_in_chinese


def looked_at(visitor, kind: str) -> list[str]:
    """The open page in both languages; it is open in English again afterwards."""
    path = urlsplit(visitor.page.url).path
    faults = look(visitor, kind) + look_in_chinese(visitor, path, kind)
    visitor.go(path)
    return faults


def test_an_owner_is_asked_what_callers_get_in_an_emergency(product, visit):
    owner = visit("acme", "owner")
    owner.go("/emergency/new/")
    assert looked_at(owner, "emergency-new") == []


def test_an_operator_reads_capacity_and_availability(product, visit):
    olivia = visit("", "operator")
    faults: list[str] = []
    for path in ("/capacity/", "/availability/", "/emergency/", "/emergency/acme/on/"):
        answer = olivia.go(path)
        assert answer.status == 200
        faults += looked_at(olivia, f"operators-{re.sub(r'[^a-z]+', '-', path).strip('-')}")
    assert faults == []
