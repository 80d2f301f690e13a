import pytest

from ticketing import actions
from ticketing.models import Customer, Ticket

JSON = {"content_type": "application/json"}


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "supervisor"))


@pytest.fixture
def wang(acme, in_acme, now):
    return actions.create_customer(name="王芳", numbers=["13812342211"], country="CN", at=now)


def test_a_customer_is_listed_with_masked_numbers(boss, wang):
    answer = boss.get("/api/v1/customers/?q=王").json()
    assert [row["phones"] for row in answer["results"]] == [
        [{"id": wang.phones.get().pk, "number": "138****2211"}]
    ]
    assert "13812342211" not in str(answer)


def test_a_customer_is_created_with_numbers(boss, in_acme):
    answer = boss.post(
        "/api/v1/customers/", {"name": "Li", "numbers": ["139 0000 0001"], "tags": ["a"]}, **JSON
    )
    assert answer.status_code == 201
    assert Customer.objects.get().phones.get().e164 == "+8613900000001"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": ""}, 400, None),
        ({"name": "Li", "numbers": ["nonsense"]}, 400, "bad_input"),
        ({"name": "Li", "numbers": ["13812342211"]}, 409, "number_already_taken"),
    ],
)
def test_a_refused_customer_is_told_why(boss, wang, body, status, code):
    answer = boss.post("/api/v1/customers/", body, **JSON)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert Customer.objects.count() == 1


def test_a_ticket_goes_its_way(boss, wang):
    made = boss.post("/api/v1/tickets/", {"subject": "Fridge", "customer": wang.pk}, **JSON)
    assert (made.status_code, made.json()["number"], made.json()["next_states"]) == (
        201,
        1,
        ["pending", "resolved"],
    )
    assert boss.post("/api/v1/tickets/1/state/", {"state": "closed"}, **JSON).status_code == 409
    assert boss.post("/api/v1/tickets/1/state/", {"state": "resolved"}, **JSON).json()["state"] == "resolved"
    assert boss.post("/api/v1/tickets/1/comments/", {"text": "done"}, **JSON).status_code == 201
    assert (
        boss.patch("/api/v1/tickets/1/", {"state": "open", "priority": 4}, **JSON).json()["state"]
        == "resolved"
    )
    assert Ticket.objects.get().priority == 4


def test_an_agent_reads_only_their_tickets(acme, wang, member, client_of, now):
    actions.open_ticket(subject="Other's", assignee_id=member(acme, "agent").pk, at=now)
    desk = client_of(member(acme, "agent"))
    assert desk.get("/api/v1/tickets/").json()["count"] == 0
    assert desk.get("/api/v1/tickets/1/").status_code == 404
    assert desk.post("/api/v1/tickets/1/state/", {"state": "resolved"}, **JSON).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/customers/", "/api/v1/tickets/", "/api/v1/evaluations/"])
def test_finance_and_visitors_are_refused(acme, member, client_of, client, path):
    assert client_of(member(acme, "finance")).get(path).status_code == 403
    assert client.get(path, headers={"host": "acme.localhost"}).status_code in (401, 403)


def test_an_inspector_reads_and_never_writes(acme, wang, member, client_of):
    eye = client_of(member(acme, "inspector"))
    assert eye.get(f"/api/v1/customers/{wang.pk}/").status_code == 200
    assert eye.patch(f"/api/v1/customers/{wang.pk}/", {"name": "x"}, **JSON).status_code == 403
    assert eye.post("/api/v1/tickets/", {"subject": "x"}, **JSON).status_code == 403


def test_globex_finds_no_customer_of_acme(globex, wang, member, client_of):
    other = client_of(member(globex, "owner"))
    assert other.get("/api/v1/customers/").json()["count"] == 0
    assert other.get(f"/api/v1/customers/{wang.pk}/").status_code == 404
