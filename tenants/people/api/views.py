"""People for programs: who I am, who works here, and what was done."""

from django_filters import rest_framework as filters
from rest_framework import generics, viewsets

from tenants.people.api.pages import ByName, NewestFirst
from tenants.people.console import RolePermission
from tenants.people.models import AuditEntry, Member, Role
from tenants.people.serializers import AuditEntrySerializer, MemberSerializer, MeSerializer


class MeView(generics.RetrieveAPIView):
    serializer_class = MeSerializer
    permission_classes = [RolePermission]

    def get_object(self) -> Member:
        return self.request.user


class MemberFilter(filters.FilterSet):
    role = filters.ChoiceFilter(choices=Role.choices, method="by_role", label="role")

    class Meta:
        model = Member
        fields = ["is_active", "username"]

    def by_role(self, queryset, name: str, value: str):  # noqa: ANN001, ANN201
        return queryset.filter(roles__contains=[value])


class MemberViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Member.objects.order_by("name", "id")
    serializer_class = MemberSerializer
    permission_classes = [RolePermission.of(Role.OWNER, Role.ADMIN)]
    pagination_class = ByName
    filterset_class = MemberFilter


class AuditFilter(filters.FilterSet):
    since = filters.IsoDateTimeFilter("at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter("at", lookup_expr="lt")

    class Meta:
        model = AuditEntry
        fields = ["verb", "subject", "actor"]


class AuditViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = AuditEntry.objects.order_by("-id")
    serializer_class = AuditEntrySerializer
    permission_classes = [RolePermission.of(Role.OWNER, Role.ADMIN)]
    pagination_class = NewestFirst
    filterset_class = AuditFilter
