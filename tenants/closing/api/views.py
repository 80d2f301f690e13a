"""Issued bills for machines: of the tenant whose host was asked, never of another."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from tenants.closing.models import Bill
from tenants.closing.policies import OWN_BILLS
from tenants.closing.queries.bills import bills_of
from tenants.closing.serializers import BillSerializer
from tenants.context import current_tenant
from tenants.people.console.access import RolePermission


class BillList(ListAPIView):
    """The tenant's invoices and credit notes as they were issued, newest first."""

    permission_classes = [RolePermission.of(*OWN_BILLS)]
    serializer_class = BillSerializer
    queryset = Bill.objects.none()

    def get_queryset(self) -> QuerySet[Bill]:
        return bills_of(current_tenant()).prefetch_related("lines", "taxes")
