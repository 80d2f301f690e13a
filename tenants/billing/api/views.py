"""Usage and invoices for machines: of the tenant whose host was asked, never of another."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.billing import months
from tenants.billing.errors import NoSuchMonth
from tenants.billing.models import Invoice, month_text
from tenants.billing.policies import USAGE_ROLES
from tenants.billing.queries import invoices_of, totals, unpriced_of, usage
from tenants.billing.serializers import InvoiceSerializer, UsageSerializer
from tenants.context import current_tenant
from tenants.people.console.access import RolePermission

MONTH = OpenApiParameter("month", str, description="2026-11; without it, the running month of the tenant")


class UsageView(APIView):
    """What the tenant has used in a month so far."""

    permission_classes = [RolePermission.of(*USAGE_ROLES)]

    @extend_schema(parameters=[MONTH], responses=UsageSerializer)
    def get(self, request: Request) -> Response:
        tenant = current_tenant()
        asked = request.query_params.get("month")
        month = months.month_from(asked) if asked else months.month_of(timezone.now(), tenant.time_zone)
        if month is None:
            raise NoSuchMonth(field="month")
        seen = {
            "month": month_text(month),
            "totals": totals(tenant, month),
            "unpriced_count": unpriced_of(tenant, month).count(),
            "lines": usage(tenant, month),
        }
        return Response(UsageSerializer(seen).data)


class InvoiceList(ListAPIView):
    """The tenant's drafts, newest month first."""

    permission_classes = [RolePermission.of(*USAGE_ROLES)]
    serializer_class = InvoiceSerializer
    queryset = Invoice.objects.none()

    def get_queryset(self) -> QuerySet[Invoice]:
        return invoices_of(current_tenant())
