"""The door knows the tenant's own address when it was the door, and nobody else's."""

from contactcenter.middleware.tenancy import tenant_of_host
from tenants.models import Domain


def test_a_tenants_address_is_its_main_one_by_whichever_door(acme, globex, django_assert_num_queries):
    main = Domain.objects.get(tenant=acme, is_primary=True).domain
    others = Domain.objects.get(tenant=globex, is_primary=True).domain
    Domain.objects.create(tenant=acme, domain="old.example.com", is_primary=False)
    assert tenant_of_host("old.example.com").host == main
    with django_assert_num_queries(1):
        found = tenant_of_host(main)
        assert (found, found.host) == (acme, main)
    assert tenant_of_host(others).host == others
