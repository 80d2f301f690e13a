"""Sites among the settings; teams have a page of their own."""

from django.contrib.admin import display
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.people.admin_sites import AuditedModelAdmin
from tenants.people.models import Site
from tenants.people.policies import can_arrange_teams, can_see_teams


class SiteAdmin(AuditedModelAdmin):
    """Places people work at; who belongs to one is said at the person, or at their team."""

    policy = staticmethod(can_arrange_teams)
    view_policy = staticmethod(can_see_teams)
    list_display = ["name", "kind", "time_zone", "address", "shown_people"]
    list_filter = ["kind"]
    search_fields = ["name", "address"]
    fields = ["name", "kind", "time_zone", "address"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        return (
            super().get_queryset(request).annotate(people=Count("members", filter=Q(members__is_active=True)))
        )

    @display(description=_("people"))
    def shown_people(self, site: Site) -> int:
        return getattr(site, "people", 0)
