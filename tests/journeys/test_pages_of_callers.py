"""Every page about what callers hear, full, in both languages at three widths: nothing for axe, nothing sticks out.

With SCREENSHOTS=<folder> each is photographed. The editor itself: test_flow_editor.py.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_documents import front_door
from tests.journeys.flow_hands import PATIENCE, flow_path, open_file, ready, saved, stage_of_flows
from tests.journeys.widths import LANGUAGES, look_at_widths


@pytest.fixture
def stage(product):
    yield from stage_of_flows(product)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_about_what_callers_hear_suits_three_widths(stage, visit, tmp_path, language):
    admin = visit("acme", "admin")
    flow = full_of_things(admin, stage, tmp_path)
    asked = stage._program("-m", "tests.journeys.flow_stage", "text").strip().splitlines()[-1]
    admin.speak(language)
    pages = {
        "flows": "/flows/",
        "flows-new": "/flows/new/",
        "flow-publish": f"{flow}publish/",
        "flow-versions": f"{flow}versions/",
        "flow-version": f"{flow}versions/1/",
        "flow-roll-back": f"{flow}versions/1/back/",
        "flow-numbers": f"{flow}numbers/",
        "prompts": "/prompts/",
        "prompts-new": "/prompts/new/",
        "music": "/music/",
        "voices": "/voices/",
        "texts": "/texts/",
        "texts-new": "/texts/services/new/?provider=alibaba",
        "reports-hours": "/reports/hours/",
        "callbacks": "/callbacks/",
        "callbacks-all": "/callbacks/?show=all",
    }
    faults = []
    for name, path in pages.items():
        answer = admin.go(path)
        assert answer.status == 200, path
        faults += look_at_widths(admin, name)
    admin.go("/prompts/")
    admin.go(admin.page.locator("tbody a").first.get_attribute("href"))
    faults += look_at_widths(admin, "prompt")
    admin.go("/callbacks/")
    admin.go(admin.page.locator("a[href*='/callback/']").first.get_attribute("href"))
    faults += look_at_widths(admin, "callback-own")
    admin.go(asked)
    faults += look_at_widths(admin, "survey-own")
    admin.page.locator("input[name=score][value='5']").check()
    admin.page.locator("form.form button").click()
    expect(admin.page.locator("#content p[role=status]").first).to_contain_text("✓", timeout=PATIENCE)
    assert not faults, "\n".join(faults)


def full_of_things(admin, stage, tmp_path) -> str:
    """A flow of three levels, published twice; prompts, one music, two callbacks. /flows/<id>/ of it."""
    page = admin.page
    open_file(admin, front_door(), tmp_path)
    flow = flow_path(admin)
    stage._program("-m", "tests.journeys.flow_stage", "speak")
    for number in (1, 2):
        admin.go(flow)
        ready(admin)
        page.locator(".fstep__main").first.click()
        page.fill("[data-field=title]", f"Door {number}")
        saved(admin)
        admin.go(f"{flow}publish/")
        page.fill("#note", "Key 4 for the new team")
        page.locator("form.card .button--primary").click()
        expect(page.get_by_text(f"Version {number} is published")).to_be_visible(timeout=PATIENCE)
    admin.go("/music/")
    page.fill("#new-name", "Calm")
    page.get_by_role("button", name="Make the music").click()
    stage._program("-m", "tests.journeys.flow_stage", "promise")
    return flow
