"""People of one's own house, found by a part of their name, user name or mail address."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tenants.context import is_public
from tenants.lists.finding import MOST_EACH, Finder, Found
from tenants.people.admin_sites import operator_site, tenant_site
from tenants.people.models import Member
from tenants.people.policies import can_manage_members


def members(term: str) -> Iterator[Found]:
    named = Q(name__icontains=term) | Q(username__icontains=term) | Q(email__icontains=term)
    site = "operator" if is_public() else "tenant"
    for row in Member.objects.filter(named).order_by("name", "id")[:MOST_EACH]:
        yield Found(row.name, row.username, reverse(f"{site}:people_member_change", args=[row.pk]))


for one in (tenant_site, operator_site):
    one.finders.append(Finder(_("People here"), can_manage_members, members))
