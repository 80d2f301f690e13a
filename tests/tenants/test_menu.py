"""The menu beside every page is written once and kept: nobody may see another's. Two tenants, roles, languages."""

import re

import pytest

from tenants.people import menu
from tenants.plans.models import Standing

CALLS, SURVEYS, MEMBERS = "/admin/telephony/call/", "/admin/telephony/survey/", "/admin/people/member/"


def menu_of(page) -> str:
    return re.search(r'<div id="nav-sidebar-apps".*?\n</div>', page.content.decode(), re.DOTALL)[0]


def links_in(page) -> list[str]:
    return re.findall(r'<li><a href="([^"]+)"', menu_of(page))


@pytest.fixture
def readers(acme, globex, member, client_of):
    """In two tenants, in roles that may open different pages; globex has no surveys in its plan."""
    Standing.objects.update_or_create(tenant=globex, defaults={"modules_off": ["surveys"]})
    found = {
        f"{tenant.schema_name} {role} {language}": client_of(member(tenant, role))
        for tenant in (acme, globex)
        for role in ("admin", "supervisor")
        for language in ("en", "zh-hans")
    }
    for name, client in found.items():
        client.cookies["django_language"] = name.split()[-1]
    return found


def test_each_reader_sees_the_menu_he_would_see_alone(readers):
    pages = (CALLS, "/admin/")
    alone = {}
    for name, client in readers.items():
        for page in pages:
            menu._written.cache_clear()
            alone[name, page] = menu_of(client.get(page))
    menu._written.cache_clear()
    for _round in range(2):
        for page in pages:
            for name, client in reversed(readers.items()):
                assert menu_of(client.get(page)) == alone[name, page]
    assert menu._written.cache_info().hits > menu._written.cache_info().misses
    # They are not all the same one.
    assert len({alone[name, CALLS] for name in readers}) == len(readers)


def test_a_module_that_is_off_and_a_right_that_is_missing_are_in_no_menu(readers):
    seen = {name: links_in(client.get(CALLS)) for name, client in readers.items()}
    assert SURVEYS in seen["acme admin en"]
    assert SURVEYS not in seen["globex admin en"]
    assert MEMBERS in seen["globex admin zh-hans"]
    assert MEMBERS not in seen["acme supervisor en"]


def test_a_module_switched_off_is_gone_with_the_next_page(readers, acme):
    mine = readers["acme admin en"]
    assert SURVEYS in links_in(mine.get(CALLS))
    Standing.objects.update_or_create(tenant=acme, defaults={"modules_off": ["surveys"]})
    assert SURVEYS not in links_in(mine.get(CALLS))


def test_only_the_page_one_is_on_is_lit(readers):
    for client in readers.values():
        lit = re.findall(r'href="([^"]+)" class="[^"]* active"', menu_of(client.get(CALLS)))
        assert lit == [CALLS]


def test_the_two_consoles_have_addresses_of_their_own(readers, operator):
    assert CALLS not in links_in(operator.get("/admin/tenants/tenant/"))
    assert CALLS in links_in(readers["acme admin en"].get(CALLS))


def test_a_title_is_text(readers):
    group = menu.Group("<b>", (menu.Entry('"&', "/a/", "call", is_here=False),), is_first=True)
    assert "&lt;b&gt;" in group.written()
    assert "&quot;&amp;" in group.written()
