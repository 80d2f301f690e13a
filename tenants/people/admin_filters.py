"""Filters of the people pages."""

from collections.abc import Iterable

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.context import is_public
from tenants.people.models import OPERATOR_ROLES, TENANT_ROLES, AuditEntry, Member
from tenants.people.verbs import verb_name
from tenants.typed import whole


class RoleFilter(SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return [(role.value, str(role.label)) for role in (OPERATOR_ROLES if is_public() else TENANT_ROLES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


class ActorFilter(SimpleListFilter):
    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return [
            (str(pk), name) for pk, name in Member.objects.order_by("name").values_list("pk", "name")[:200]
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = whole(self.value() or "")
        return queryset if chosen is None else queryset.filter(actor_id=chosen)


class VerbFilter(SimpleListFilter):
    title = _("did")
    parameter_name = "did"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        verbs = AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct()[:60]
        return [(verb, verb_name(verb)) for verb in verbs]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(verb=self.value()) if self.value() else queryset
