"""Evaluations to read, by the same rule as the pages: an agent reads their own."""

from rest_framework.viewsets import ReadOnlyModelViewSet

from quality import policies, queries
from quality.models import Evaluation
from quality.serializers import EvaluationSerializer
from tenants.people.console.access import RolePermission


class EvaluationViewSet(ReadOnlyModelViewSet):
    queryset = Evaluation.objects.none()
    serializer_class = EvaluationSerializer
    permission_classes = [RolePermission.of(*policies.ANY_ROLE)]
    filterset_fields = ["agent", "call_id", "is_fatal"]

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return queries.visible_evaluations(self.request.user).prefetch_related("scores__item")
