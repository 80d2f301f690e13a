"""The pages before and beside the work: signing in, choosing a language, being refused, and our own failure."""

import pytest
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import expect

from contactcenter import errors
from tests.journeys.looks import LANGUAGES, look
from tests.journeys.visitor import Visitor

PLAIN = {"bad_request": 400, "suspended": 403, "no_tenant": 404, "broken": 500}
"""Pages that answer before there is a member, and their status."""
SAYS = {"en": "User name or password is wrong", "zh-hans": "用户名或密码"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_in_and_what_is_refused_there(visit, language):
    stranger = visit("acme", language=language)
    stranger.go("/sign-in/")
    faults = look(stranger, "sign-in")
    stranger.page.fill("[name=username]", "ann")
    stranger.page.fill("[name=password]", "not it")
    stranger.page.click("button.button--primary")
    expect(stranger.page.locator("[role=alert]")).to_contain_text(SAYS[language])
    expect(stranger.page.locator("[name=username]")).to_have_value("ann")
    faults += look(stranger, "sign-in-refused")
    stranger.context.clear_cookies(name="csrftoken")
    stranger.page.click("button.button--primary")
    expect(stranger.page.locator("body")).to_contain_text("403")
    faults += look(stranger, "error-stale-form")
    assert stranger.go("/nowhere/").status == 404
    faults += look(stranger, "error-404")
    assert faults == []


def test_the_language_is_changed_where_one_stands(visit):
    stranger = visit("acme")
    stranger.go("/sign-in/?next=/calls/")
    stranger.page.click("text=中文")
    expect(stranger.page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(stranger.page.locator("form.form [name=next]")).to_have_value("/calls/")
    stranger.page.click("text=English")
    expect(stranger.page.locator("html")).to_have_attribute("lang", "en")


def test_what_a_member_may_not_open_says_so(visit):
    ann = visit("acme", "ann")
    faults = []
    for language in LANGUAGES:
        ann.speak(language)
        assert ann.go("/floor/").status == 403
        faults += look(ann, "error-403")
        assert ann.go("/tickets/999999/").status == 404
        faults += look(ann, "error-refusal")
    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_need_no_member_can_be_read(visit, language):
    stranger = visit("acme", language=language)
    faults = [fault for page, status in PLAIN.items() for fault in shown(stranger, page, status)]
    assert faults == []


def shown(visitor: Visitor, page: str, status: int) -> list[str]:
    """The page as the product answers it, put where a browser meets it."""
    with translation.override(visitor.language):
        answer = errors.plain_page(RequestFactory().get("/"), page, status=status)
    body = answer.content.decode()
    visitor.page.route(
        "**/shown/", lambda route: route.fulfill(status=status, content_type="text/html", body=body)
    )
    visitor.go("/shown/")
    visitor.page.unroute("**/shown/")
    return look(visitor, f"error-{page}")
