import pytest

from telephony.models import Device
from tenants.people.models import AuditEntry
from tests.telephony_rows import a_call, an_agent
from ticketing import actions
from ticketing.models import Customer, Ticket

READERS = ("owner", "admin", "supervisor", "agent", "inspector")


@pytest.fixture
def wang(acme, in_acme, now):
    fields = {"name": "王芳", "numbers": ["13812342211"], "level": "vip", "tags": ["大客户"]}
    return actions.create_customer(**fields, country="CN", at=now)


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "supervisor"))


@pytest.fixture
def agent(acme, in_acme, member):
    return an_agent(member(acme, "agent", name="Li"))


@pytest.fixture
def desk(agent, client_of):
    """The browser of the agent."""
    return client_of(agent.member)


@pytest.mark.parametrize("path", ["/customers/", "/tickets/"])
@pytest.mark.parametrize(("role", "status"), [*[(role, 200) for role in READERS], ("finance", 403)])
def test_each_role_sees_its_lists(acme, member, client_of, path, role, status):
    assert client_of(member(acme, role)).get(path).status_code == status


@pytest.mark.parametrize("path", ["/customers/", "/tickets/", "/customers/1/", "/tickets/1/"])
def test_a_visitor_is_sent_to_sign_in(acme, client, path):
    answer = client.get(path, headers={"host": "acme.localhost"})
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/sign-in/")


def test_numbers_are_masked_on_every_page(wang, boss, now):
    actions.open_ticket(subject="Fridge", customer_id=wang.pk, at=now)
    for path in ("/customers/", f"/customers/{wang.pk}/", "/tickets/", "/tickets/1/"):
        page = boss.get(path).content.decode()
        assert "13812342211" not in page.replace(" ", ""), path
    assert "138****2211" in boss.get("/customers/").content.decode()


def test_the_search_answers_with_rows_only_when_htmx_asks(wang, boss):
    page = boss.get("/customers/?q=1234", headers={"HX-Request": "true"}).content.decode()
    assert "王芳" in page
    assert "<html" not in page


def test_showing_a_number_is_written_down(wang, boss):
    phone = wang.phones.get()
    page = boss.post(f"/customers/{wang.pk}/numbers/{phone.pk}/reveal/")
    assert "+8613812342211" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.subject) == ("customer.number_revealed", f"ticketing.customer:{wang.pk}")


@pytest.mark.parametrize("role", ["agent", "inspector"])
def test_who_does_not_lead_sees_no_full_number(acme, wang, member, client_of, role):
    phone = wang.phones.get()
    written = AuditEntry.objects.count()
    answer = client_of(member(acme, role)).post(f"/customers/{wang.pk}/numbers/{phone.pk}/reveal/")
    assert answer.status_code == 403
    assert "13812342211" not in answer.content.decode()
    assert AuditEntry.objects.count() == written


def test_a_number_is_shown_by_asking_for_it_only_by_post(wang, boss):
    assert boss.get(f"/customers/{wang.pk}/numbers/{wang.phones.get().pk}/reveal/").status_code == 405


def test_a_customer_is_created_and_changed_on_pages(boss, in_acme):
    form = {"name": "Li", "number": "abc", "level": "vip", "language": "", "tags": "", "note": "long note"}
    refused = boss.post("/customers/new/", form)
    assert refused.status_code == 422
    assert "long note" in refused.content.decode()
    assert boss.post("/customers/new/", form | {"number": "139 0000 0001"}).status_code == 302
    made = Customer.objects.get()
    assert made.phones.get().e164 == "+8613900000001"
    boss.post(f"/customers/{made.pk}/edit/", form | {"name": "Li Lei", "tags": "x, y"})
    made.refresh_from_db()
    assert (made.name, made.tags, made.version) == ("Li Lei", ["x", "y"], 2)


def test_a_taken_number_is_said_beside_the_form(wang, boss):
    other = boss.post(
        "/customers/new/", {"name": "Li", "number": "13812342211", "level": "vip", "note": "kept"}
    )
    page = other.content.decode()
    assert other.status_code == 422
    assert "kept" in page
    assert Customer.objects.count() == 1


def test_numbers_are_added_and_removed(wang, boss):
    htmx = {"HX-Request": "true"}
    path = f"/customers/{wang.pk}/numbers/"
    assert boss.post(path, {"number": "010 6555 1234"}, headers=htmx).status_code == 200
    assert boss.post(path, {"number": "nonsense"}, headers=htmx).status_code == 422
    added = wang.phones.get(e164="+861065551234")
    assert boss.post(f"{path}{added.pk}/remove/", headers=htmx).status_code == 200
    assert [phone.e164 for phone in wang.phones.all()] == ["+8613812342211"]


def test_a_number_of_another_customer_cannot_be_removed_here(wang, boss, now):
    li = actions.create_customer(name="Li", numbers=["13900000001"], country="CN", at=now)
    assert boss.post(f"/customers/{li.pk}/numbers/{wang.phones.get().pk}/remove/").status_code == 404
    assert wang.phones.count() == 1


def test_a_ticket_goes_through_its_states_on_its_page(boss, in_acme, now):
    ticket = actions.open_ticket(subject="Fridge", at=now)
    for state in ("pending", "resolved", "closed"):
        boss.post("/tickets/1/state/", {"state": state})
    boss.post("/tickets/1/state/", {"state": "open"})
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    assert "cannot go to that state" in boss.get("/tickets/1/").content.decode()


def test_an_agent_takes_a_free_ticket_but_gives_none_away(desk, agent, acme, member, now):
    ticket = actions.open_ticket(subject="Fridge", at=now)
    other = member(acme, "agent")
    assert desk.post("/tickets/1/assignee/", {"assignee": other.pk}).status_code == 403
    assert desk.post("/tickets/1/assignee/", {"assignee": agent.member_id}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.assignee == agent.member


def test_a_customers_story_links_only_to_what_opens(wang, desk, boss, agent, acme, member, now):
    other = an_agent(member(acme, "agent"))
    kept = {"caller_number": "+8613812342211", "ended_at": now}
    own, foreign = a_call(now, agent=agent, **kept), a_call(now, agent=other, **kept)
    for assignee in (agent, other):
        actions.open_ticket(subject="Fridge", customer_id=wang.pk, assignee_id=assignee.member_id, at=now)
    page = desk.get(f"/customers/{wang.pk}/").content.decode()
    assert [f'href="/calls/{call.pk}/"' in page for call in (own, foreign)] == [True, False]
    assert [f'href="/tickets/{number}/"' in page for number in (1, 2)] == [True, False]
    assert "#2 Fridge" in page
    page = boss.get(f"/customers/{wang.pk}/").content.decode()
    assert f'href="/calls/{foreign.pk}/"' in page
    assert 'href="/tickets/2/"' in page


def test_an_agent_cannot_touch_a_colleagues_ticket(desk, acme, member, now):
    actions.open_ticket(subject="Fridge", assignee_id=member(acme, "agent").pk, at=now)
    for path, form in [("", None), ("state/", {"state": "closed"}), ("comment/", {"text": "x"})]:
        answer = desk.post(f"/tickets/1/{path}", form) if form else desk.get("/tickets/1/")
        assert answer.status_code == 404
    assert Ticket.objects.get().version == 1


def test_a_ticket_goes_only_to_who_may_work_on_it(boss, acme, member, in_acme, now):
    actions.open_ticket(subject="Fridge", at=now)
    for wanted in (str(member(acme, "finance").pk), "999999", "9" * 40):
        answer = boss.post("/tickets/1/assignee/", {"assignee": wanted})
        assert answer.status_code in (302, 404)
    assert Ticket.objects.get().assignee is None


def test_filters_live_in_the_address(boss, in_acme, now):
    for subject, state in (("Fridge", "open"), ("Washer", "pending"), ("Oven", "resolved")):
        made = actions.open_ticket(subject=subject, at=now)
        if state != "open":
            actions.change_ticket_state(ticket_id=made.pk, state=state, at=now)
    shown = {
        "": {"Fridge", "Washer", "Oven"},
        "?state=unfinished": {"Fridge", "Washer"},
        "?state=resolved": {"Oven"},
        "?q=wash": {"Washer"},
        "?q=%231": {"Fridge"},
        "?priority=4": set(),
        "?state=nonsense&priority=x&after=zz": {"Fridge", "Washer", "Oven"},
    }
    for address, expected in shown.items():
        page = boss.get(f"/tickets/{address}").content.decode()
        assert {name for name in ("Fridge", "Washer", "Oven") if name in page} == expected, address


def test_long_lists_go_on_after_the_last_row(boss, in_acme):
    Customer.objects.bulk_create(Customer(name=f"C{n // 2:03d}") for n in range(120))
    seen, address = [], "/customers/"
    for _ in range(3):
        page = boss.get(address).context["page"]
        seen += [row.pk for row in page.rows]
        address = f"/customers/?after={page.next_key}"
    assert page.next_key == ""
    assert seen == list(Customer.objects.order_by("name", "pk").values_list("pk", flat=True))


def test_hostile_text_is_shown_as_text(boss, in_acme, now):
    nasty = "<script>alert(1)</script>\"'${system x}=1+1"
    actions.create_customer(name=nasty, note=nasty, tags=[nasty[:30]], country="CN", at=now)
    actions.open_ticket(subject=nasty, description=nasty, at=now)
    key = Customer.objects.get().pk
    for path in ("/customers/", f"/customers/{key}/", "/tickets/", "/tickets/1/"):
        assert "<script>alert" not in boss.get(path).content.decode()


def test_a_masked_number_is_dialled_by_its_row(
    wang, agent, desk, monkeypatch, settings, globex, member, client_of
):
    settings.SWITCH = {**settings.SWITCH, "gateway": "127.0.0.1:5999"}
    monkeypatch.setattr("telephony.queries.dialling.device_to_ring", lambda agent_id: Device(kind="web"))
    sent = []
    monkeypatch.setattr(
        "telephony.actions.dialling.send_order", lambda order, *, member: sent.append(order.number)
    )
    type(agent).objects.update(presence="online", activity="idle")
    address = f"/customers/{wang.pk}/numbers/{wang.phones.get().pk}/dial/"
    actions.open_ticket(subject="Fridge", customer_id=wang.pk, at=wang.created_at, by=agent.member)
    for path in ("/customers/", f"/customers/{wang.pk}/", "/tickets/1/"):
        assert address in desk.get(path).content.decode(), path
    told = desk.post(address, headers={"Accept": "application/json"})
    assert told.json() == {"message": "Calling 138****2211. You hear it in your workspace."}
    assert sent == ["+8613812342211"]
    assert AuditEntry.objects.get(verb="dialled").subject_name == "王芳"
    stranger = client_of(member(globex, "agent"))
    assert stranger.post(address).status_code == 404
    assert len(sent) == 1
