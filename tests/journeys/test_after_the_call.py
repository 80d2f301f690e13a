"""What follows a call: its customer and ticket are made while talking, an inspector scores it, the agent reads it."""

import re

from playwright.sync_api import expect

from tests.journeys.test_agent_day import ready_agent, rest, stage


def test_an_unknown_caller_becomes_a_customer_with_a_ticket_and_a_score(product, visit):
    ann = ready_agent(product, visit, "ann", "1001")
    page = ann.page
    leg = product.call("acme", "13900001234", name="Li Lei")
    stage(ann, "ringing")
    create = page.locator("[data-pop-customer] form")
    expect(create.locator("[name=name]")).to_have_value("Li Lei")
    page.click("#do-answer")
    stage(ann, "talking")

    # A ticket without a subject is refused; what was typed stays.
    page.click("#do-ticket")
    ticket = page.locator("#ticket form")
    ticket.locator("[name=description]").fill("The fridge is warm")
    ticket.locator("[name=subject]").fill(" ")
    ticket.locator("button[type=submit]").click()
    expect(page.locator("#ticket .field__error")).to_be_visible()
    expect(ticket.locator("[name=description]")).to_have_value("The fridge is warm")

    # Making the customer meanwhile loses nothing of it.
    create.locator("[name=tags]").fill("fridge")
    create.locator("button[type=submit]").click()
    expect(page.locator("[data-pop-customer] a", has_text="Li Lei")).to_be_visible()
    expect(ticket.locator("[name=description]")).to_have_value("The fridge is warm")
    ticket.locator("[name=subject]").fill("Fridge not cooling")
    ticket.locator("button[type=submit]").click()
    made = page.locator("#ticket [role=status] a")
    expect(made).to_contain_text("Ticket #")
    path = made.get_attribute("href")
    product.hang_up(leg)
    stage(ann, "wrap_up")
    page.fill("#disposition", "Wrong number")
    page.keyboard.press("Enter")
    page.click("#do-finish")
    stage(ann, "none")

    score_the_newest_call(visit("acme", "inspector"))
    expect(page.locator("#toasts")).to_contain_text("scored")

    ann.go("/quality/")
    page.locator("tbody a").first.click()
    expect(page.locator("#content")).to_contain_text("Patient and clear")

    boss = visit("acme", "supervisor")
    boss.go(path)
    expect(boss.page.locator("#content")).to_contain_text("Fridge not cooling")
    expect(boss.page.locator("[data-player]")).to_have_count(1)
    boss.page.locator("dd a", has_text="Li Lei").click()
    expect(boss.page.locator("#numbers")).to_contain_text("139****1234")
    boss.page.locator("#numbers button", has_text="Show").click()
    expect(boss.page.locator("#numbers")).to_contain_text("+8613900001234")

    ann.go("/workspace/")
    rest(ann)


def score_the_newest_call(inspector):
    inspector.go("/quality/calls/")
    page = inspector.page
    page.locator("tbody a.button").first.click()
    for item in page.locator("[data-item]").all():
        item.locator("input[type=radio]").first.check()
    expect(page.locator("[data-total]")).to_have_text("0.00 %")
    for item in page.locator("[data-item]:not([data-fatal])").all():
        item.locator("input[type=radio]").last.check()
    expect(page.locator("[data-total]")).to_have_text("100.00 %")
    page.fill("[name=comment]", "Patient and clear")
    page.click("button[type=submit].button--primary")
    expect(page.locator("h1")).to_contain_text("Ann")


def test_a_number_of_a_report_opens_its_calls(visit):
    boss = visit("acme", "supervisor")
    boss.go("/reports/")
    expect(boss.page.locator("figure canvas")).to_have_count(2)
    answered = boss.page.locator("#days-title").locator("xpath=ancestor::section").locator("tfoot a").nth(1)
    count = answered.inner_text()
    answered.click()
    expect(boss.page.locator("#rows-title")).to_have_text(re.compile(rf"^{count} stays"))
    boss.page.go_back()
    with boss.page.expect_download() as download:
        boss.page.click("text=Export xlsx")
    assert re.fullmatch(r"calls-[\d-]+-days\.xlsx", download.value.suggested_filename)
