"""Rows of lists are written by us, and say to the letter what the theme's own would: every list of both consoles."""

import pytest
from django.urls import reverse
from django.utils.safestring import mark_safe
from unfold.templatetags.unfold_list import items_for_result

from telephony.models import Listening
from tenants.lists.rows import _key, rows_of
from tenants.people.admin_sites import operator_site, tenant_site
from tenants.people.roles import Role

WAYS = {"": "en", "o=1": "zh-hans", "_popup=1&_to_field=id": "en"}
STATEMENTS = 12
"""A list of calls: the public schema, the tenant, its schema, session, member, size, two filters' choices, count, rows,
support, kept filters.
"""


@pytest.fixture
def compared(monkeypatch):
    """Both texts of each row that any page shows, made in the same page."""
    found = []

    def both(cl, headers):
        for row in rows_of(cl, headers):
            found.append((cl.opts.label, row.cells, "".join(items_for_result(cl, row.instance, None))))
            yield row

    monkeypatch.setattr("tenants.templatetags.list_rows.rows_of", both)
    return found


def lists_of(site, conf: str) -> list[str]:
    return [
        reverse(
            f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist", urlconf=conf, current_app=site.name
        )
        for m in site._registry
    ]


@pytest.mark.parametrize("query", WAYS)
def test_every_list_says_what_the_themes_own_says(
    garden, acme, globex, someone, operator, compared, inside, query
):
    with inside(acme):
        # The canary's is no way of listening that its list could name.
        Listening.objects.update(modes=[])
    boss, stranger = someone(acme, *Role.values), someone(globex, *Role.values)
    boss.cookies["django_language"] = operator.cookies["django_language"] = WAYS[query]
    answers = {
        address: client.get(f"{address}?{query}").status_code
        for client, site, conf in (
            (boss, tenant_site, "contactcenter.urls"),
            (operator, operator_site, "contactcenter.public_urls"),
        )
        for address in lists_of(site, conf)
    }
    assert set(answers.values()) <= {200, 302, 403}
    assert len({label for label, _ours, _theirs in compared}) >= 40
    for label, ours, theirs in compared:
        assert ours == theirs, label
    shown = len(compared)
    stranger.get("/admin/telephony/call/")
    assert len(compared) == shown, "the other tenant has none of these rows"


def test_a_list_of_calls_asks_no_more_than_it_must(garden, acme, someone, django_assert_max_num_queries):
    boss = someone(acme, *Role.values)
    boss.get("/admin/telephony/call/")
    with django_assert_max_num_queries(STATEMENTS) as asked:
        boss.get("/admin/telephony/call/")
    told = [query["sql"] for query in asked]
    assert sum("pg_class" in sql for sql in told) == 1
    assert not [sql for sql in told if "phoneterms" in sql or "supervisionterms" in sql]


def test_what_is_kept_of_a_column_is_kept_by_its_type():
    """1 and True are equal, safe and other text are equal: they are not said alike."""
    apart = [1, True, "True", "<b>", mark_safe("<b>"), None, (1, "a"), (True, "a"), ("1", "a")]
    assert len({_key(value) for value in apart}) == len(apart)
    assert _key(["a", "b"]) is None
    assert _key(("a", ["b"])) is None


def test_a_list_that_is_edited_in_place_is_left_to_the_theme(garden, acme, someone, compared):
    page = someone(acme, *Role.values).get("/admin/telephony/routingrule/")
    assert page.status_code == 200
    assert not compared
    assert b'name="form-0-position"' in page.content
