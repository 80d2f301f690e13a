"""What is no number where one belongs is nothing: the page comes, and no error."""

import pytest

from tenants.typed import whole

NOT_NUMBERS = ("²", "٣", "-1", "1.0", "9" * 5000, "")


@pytest.mark.parametrize(
    ("text", "found"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("1_0", None), (" 1", None)]
)  # fmt: skip
def test_a_number_is_plain_digits_of_a_length_rows_have(text, found):
    assert whole(text) == found


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_text_is_none(text):
    assert whole(text) is None


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_pages_of_a_tenant_come_without_it(acme, globex, member, client_of, text):
    boss, agent = client_of(member(acme, "owner")), client_of(member(acme, "supervisor"))
    for address, name in (
        ("/customers/", "after"),
        ("/tickets/", "after"),
        ("/admin/people/auditentry/", "who"),
    ):
        assert boss.get(address, {name: text}).status_code == 200, address
    assert agent.get("/waiting/rows/", {"queue": text}).status_code == 200
    sent = agent.generic("POST", "/phone-check/sample/", b"abc", CONTENT_LENGTH=text)
    assert sent.status_code == (400 if text else 200)


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_pages_of_operators_come_without_it(db, member, client_of, text):
    console = client_of(member(None, "operator"))
    for address, name in (("/service/notes/", "outage"), ("/support/", "tenant")):
        assert console.get(address, {name: text}).status_code == 200, address
