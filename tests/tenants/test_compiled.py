"""A question compiled once answers as the queryset it was made of, each time anew."""

import pytest
from django.db.models import Count

from tenants.compiled import MARK, CompiledQuery
from tenants.context import enter_public
from tenants.models import Domain
from tenants.plans.models import Standing

ASKED = CompiledQuery(lambda name: Domain.objects.select_related("tenant__standing").filter(domain=name))


def test_the_answer_is_the_querysets(acme, globex, django_assert_num_queries):
    with enter_public():
        Standing.objects.update_or_create(
            tenant=acme, defaults={"modules_off": ["quality"], "accent": "123456"}
        )
        for name, tenant in (
            ("acme.localhost", acme),
            ("globex.localhost", globex),
            ("acme.localhost", acme),
        ):
            expected = Domain.objects.get(domain=name)
            ASKED(name)
            with django_assert_num_queries(1):
                found = ASKED(name)
                assert (found.pk, found.domain, found.tenant) == (expected.pk, name, tenant)
                assert found.tenant.created_at == tenant.created_at
                standing = getattr(found.tenant, "standing", None)
            assert standing == Standing.objects.filter(tenant=tenant).first()
            assert not standing or standing.modules_off == (["quality"] if tenant == acme else [])


def test_what_changed_is_seen_at_once_and_nobody_is_kept(acme):
    with enter_public():
        assert ASKED("acme.localhost").tenant.name == acme.name
        type(acme).objects.filter(pk=acme.pk).update(name="Another")
        assert ASKED("acme.localhost").tenant.name == "Another"
        assert ASKED("nobody.localhost") is None
        assert ASKED(MARK) is None
        assert ASKED("acme.localhost' OR 1=1 --") is None


def test_an_annotation_is_refused_rather_than_lost(acme):
    with enter_public(), pytest.raises(TypeError, match="annotations"):
        CompiledQuery(lambda name: Domain.objects.filter(domain=name).annotate(n=Count("pk")))(
            "acme.localhost"
        )
