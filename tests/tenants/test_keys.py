"""Keys and the API: a key is worth what its maker is, in the maker's tenant alone."""

from django.test import Client

from tenants.people.actions import create_token, revoke_token
from tenants.people.models import ApiToken, AuditEntry


def call(path: str, text: str, host: str = "acme.localhost"):
    return Client(SERVER_NAME=host).get(path, headers={"Authorization": f"Bearer {text}"})


def test_a_key_opens_the_api_of_its_tenant_and_no_other(people, acme, globex, inside, now):
    with inside(acme):
        token, text = create_token(member=people["admin"], name="sync")
    assert call("/api/v1/me/", text).json()["username"] == people["admin"].username
    assert call("/api/v1/me/", text).json()["tenant"] == "Acme"
    assert call("/api/v1/me/", text, "globex.localhost").status_code == 401
    with inside(acme):
        revoke_token(token=token, at=now)
    assert call("/api/v1/me/", text).status_code == 401
    with inside(acme):
        assert text not in str(list(ApiToken.objects.values())) + str(list(AuditEntry.objects.values()))


def test_members_and_the_log_are_for_administrators(people, client_of):
    for role, status in (
        ("owner", 200),
        ("admin", 200),
        ("supervisor", 403),
        ("agent", 403),
        ("inspector", 403),
        ("finance", 403),
    ):
        client = client_of(people[role])
        assert client.get("/api/v1/members/").status_code == status, role
        assert client.get("/api/v1/audit/").status_code == status, role
        assert client.get("/api/v1/me/").status_code == 200


def test_nobody_gets_nothing_from_the_api(acme):
    client = Client(SERVER_NAME="acme.localhost")
    assert [client.get(f"/api/v1/{path}/").status_code for path in ("me", "members", "audit")] == [
        401,
        401,
        401,
    ]


def test_members_can_be_filtered_by_role_and_paged(people, client_of, acme, globex, member):
    member(globex, "agent", name="Stranger")
    client = client_of(people["admin"])
    found = client.get("/api/v1/members/?role=agent").json()["results"]
    assert [row["name"] for row in found] == ["Agent"]
    page = client.get("/api/v1/members/?page_size=4").json()
    rest = client.get(page["next"].split("acme.localhost")[1]).json()
    assert len(page["results"]) + len(rest["results"]) == 6


def test_a_key_acts_as_its_maker_and_nobody_else(people, client_of, acme, inside):
    client = client_of(people["admin"])
    answer = client.post(
        "/admin/people/apitoken/add/",
        {"name": "sync", "member": people["owner"].pk, "expires_at_0": "", "expires_at_1": ""},
        follow=True,
    )
    assert "cct_" in " ".join(str(message) for message in answer.context["messages"])
    with inside(acme):
        assert ApiToken.objects.get().member_id == people["admin"].pk
