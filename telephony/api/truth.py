"""What differed between our rows and the switch, for machines that watch over us."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission

from telephony import policies
from telephony.models import Difference
from telephony.queries.truth import differences
from tenants.people.console.access import RolePermission


class DifferenceSerializer(serializers.ModelSerializer):
    """`ours` is what our rows said, `theirs` what was so; `seconds` from found to healed, null while open."""

    kind = serializers.ChoiceField(Difference.Kind.choices)
    cause = serializers.ChoiceField(["", *Difference.Cause.values])
    remedy = serializers.ChoiceField(["", *Difference.Remedy.values])
    ours = serializers.DictField()
    theirs = serializers.DictField()
    seconds = serializers.FloatField(allow_null=True)

    class Meta:
        model = Difference
        fields = [
            "id", "kind", "subject", "agent_id", "call_id", "node", "cause", "ours", "theirs", "remedy",
            "found_at", "healed_at", "seconds",
        ]  # fmt: skip


class NewestDifferences(CursorPagination):
    ordering = ("-found_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class DifferenceFilter(filters.FilterSet):
    is_open = filters.BooleanFilter("healed_at", lookup_expr="isnull")
    since = filters.IsoDateTimeFilter("found_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter("found_at", lookup_expr="lt")

    class Meta:
        model = Difference
        fields = ["kind", "cause", "agent_id", "call_id"]


class DifferenceViewSet(viewsets.ReadOnlyModelViewSet):
    """Newest first; for leaders."""

    queryset = Difference.objects.none()
    serializer_class = DifferenceSerializer
    permission_classes: list[type[BasePermission]] = [RolePermission.of(*policies.LEADERS)]
    pagination_class = NewestDifferences
    filterset_class = DifferenceFilter

    def get_queryset(self) -> QuerySet[Difference]:
        return self.queryset if getattr(self, "swagger_fake_view", False) else differences()
