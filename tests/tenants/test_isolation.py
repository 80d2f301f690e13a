"""Every address and every socket, as every role of globex: nothing of acme's is shown, and nothing of it is touched.

acme's rows hold canaries. While globex's host answers, no query may run in acme's schema: that rules out reading as
well as writing, whether or not it would have been shown.
"""

import re

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from tenants.context import enter
from tenants.people.actions import create_token
from tests.telephony.sockets import browser, sockets  # noqa: F401  (a fixture)
from tests.tenants.planting import CANARY, LABELS, NUMBER
from tests.tenants.probing import ROLES, leaked, nothing_of_acme, probe

# Hundreds of requests each: minutes on a busy machine, seconds on an idle one.
pytestmark = pytest.mark.timeout(900)


# --- every address ---


@pytest.mark.parametrize("role", ROLES)
def test_no_address_shows_or_touches_another_tenant(role, garden, globex, someone):
    client = someone(globex, role)
    with nothing_of_acme():
        assert probe(client, garden, spared="/admin/") == []


def test_not_even_all_roles_together_show_or_touch_another_tenant(garden, globex, someone):
    client = someone(globex, *ROLES)
    with nothing_of_acme():
        assert probe(client, garden) == []


def test_no_address_shows_anything_to_nobody(garden, globex):
    client = Client(SERVER_NAME="globex.localhost", raise_request_exception=False)
    with nothing_of_acme():
        assert probe(client, garden) == []


def test_the_session_of_another_tenant_opens_nothing_here(garden, globex, someone):
    """globex's owner at acme's host: his cookie is nobody's there."""
    stranger = someone(globex, "owner")
    client = Client(SERVER_NAME="acme.localhost", raise_request_exception=False)
    client.cookies["sessionid"] = stranger.cookies["sessionid"].value
    assert probe(client, garden) == []


def test_a_key_of_another_tenant_opens_nothing_here(garden, globex, member):
    with enter("globex"):
        _token, text = create_token(member=member(globex, "owner"), name="k")
    client = Client(SERVER_NAME="acme.localhost", raise_request_exception=False)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    assert probe(client, garden) == []


@pytest.mark.parametrize("role", ["operator", "operator_finance"])
def test_the_operators_console_shows_no_tenants_inside(role, inner_garden, someone):
    assert probe(someone(None, role), inner_garden, "contactcenter.public_urls") == []


def test_a_forged_host_header_opens_nothing(garden, globex, someone):
    client = someone(globex, "owner")
    for forged in ({"HTTP_X_FORWARDED_HOST": "acme.localhost"}, {"HTTP_FORWARDED": "host=acme.localhost"}):
        with nothing_of_acme():
            answer = client.get("/admin/people/member/", **forged)
        assert leaked(answer) == []
        assert answer.status_code == 200


def test_what_one_tenant_caches_another_does_not_find(acme, globex):
    with enter("acme"):
        cache.set("figures", CANARY, 60)
    with enter("globex"):
        assert cache.get("figures") is None
        cache.delete("figures")
    with enter("acme"):
        assert cache.get("figures") == CANARY


def test_the_admins_search_answers_each_tenant_for_itself(acme, globex, member, client_of):
    """Both visitors have the same id and ask the same; unfold's own cache would give the second the first's pages."""
    boss, inspector = client_of(member(acme, "owner", pk=501)), client_of(member(globex, "inspector", pk=501))
    assert "/admin/people/member/" in boss.get("/admin/search/?s=member").content.decode()
    assert "/admin/people/member/" not in inspector.get("/admin/search/?s=member").content.decode()


# --- the probe itself ---


@pytest.mark.parametrize(
    ("role", "where"),
    [("admin", "/admin/people/member/"), ("admin", "/api/v1/members/"), ("admin", "/customers/"),
     ("supervisor", "/api/v1/calls/"), ("supervisor", "/tickets/")],
)  # fmt: skip
def test_the_canaries_are_seen_by_those_they_belong_to(role, where, garden, acme, someone):
    assert leaked(someone(acme, role).get(where)) != []


def test_every_model_of_a_tenant_has_a_canary(garden):
    planted = {model._meta.label_lower for model in garden.rows}
    expected = {
        model._meta.label_lower
        for label in (
            *LABELS,
            "billing",
            "plans",
            "support",
            "desk",
            "contracts",
            "service",
            "leaving",
            "closing",
            "mails",
        )
        for model in apps.get_app_config(label).get_models()
    }
    assert planted >= expected


# --- every socket ---


def socket_paths() -> list[str]:
    from contactcenter import doors

    return ["/" + str(one.pattern) for one in doors.sockets()]


@pytest.mark.parametrize("role", ROLES)
def test_no_socket_tells_another_tenants_news(role, garden, acme, globex, someone, redis_server, sockets):  # noqa: F811
    stranger = someone(globex, role)

    @async_to_sync
    async def story() -> None:
        for path in socket_paths():
            page = browser(stranger, path)
            await page.connect(3)
            heard = [await page.receive_output(20)]
            while not await page.receive_nothing(0.3):
                heard.append(await page.receive_output(1))
            assert not re.search(rf"{CANARY}\d|{re.escape(NUMBER)}", str(heard)), path
            await page.disconnect(3)

    with nothing_of_acme():
        story()


def test_no_socket_opens_to_the_wrong_visitor(garden, acme, globex, someone, redis_server, sockets):  # noqa: F811
    stranger, own = someone(globex, "owner", "supervisor", "agent"), someone(acme, "finance")
    nobody = Client(SERVER_NAME="acme.localhost")
    visits = [
        (stranger, {"host": "acme.localhost:8000"}, 4401),
        (nobody, {}, 4401),
        (own, {"origin": None}, 4403),
        (own, {"origin": "http://globex.localhost:8000"}, 4403),
        (own, {"origin": "http://acme.localhost.evil.example:8000"}, 4403),
        (own, {"host": "nobody.localhost:8000"}, 4404),
        (own, {}, 4403),
    ]

    @async_to_sync
    async def story() -> None:
        for path in socket_paths():
            for client, options, code in visits:
                page = browser(client, path, **options)
                await page.connect(3)
                assert await page.closed_with() == code, (path, options)

    story()
