"""A16, and what callers and colleagues type: markup in any text of any row is text on every page, whoever looks.

Names, notes, tags, what a SIP header called itself, what a caller said: one row of every model holds it everywhere.
"""

import itertools
import re

import pytest
from django.apps import apps

from tenants.context import enter
from tests.tenants import planting
from tests.tenants.conftest import someone  # noqa: F401  (a fixture)
from tests.tenants.probing import addresses, ask
from tests.tenants.test_permissions import LETTERS

pytestmark = pytest.mark.timeout(600)
MARK = "'\"><img src=x onerror=alert(1)>"
PUBLIC = ("billing", "plans", "desk", "service")
LIVE = re.compile(rb"<img src=x|=\s*'\"><img")


def test_markup_in_any_row_is_text_on_every_page(acme, globex, someone, monkeypatch):  # noqa: F811
    monkeypatch.setattr(planting, "CANARY", MARK)
    with enter("acme"):
        garden = planting.plant()
    client, shown, live = someone(acme, *LETTERS), 0, []
    for where in addresses(_with_public_rows(garden)):
        answer = ask(client, "get", where, {})
        if "text/html" not in answer.get("Content-Type", ""):
            continue
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shown += b"&lt;img src=x" in body
        if LIVE.search(body):
            live.append(where)
    assert live == []
    assert shown > 20


def _with_public_rows(garden):
    """Bills, notices and steps of opening stand in the public schema; their addresses want an id all the same."""
    for model in itertools.chain.from_iterable(apps.get_app_config(app).get_models() for app in PUBLIC):
        garden.ids.setdefault(model._meta.label_lower, 1)
    return garden
