"""Customers and tickets in the tenant's administration: sheets in and out, filters, the story of each ticket."""

from __future__ import annotations

from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter

from tenants.people.admin_sites import AuditedSheetAdmin, ConsolePage, tenant_site
from ticketing import actions, policies, queries
from ticketing.admin_resources import CustomerResource, TicketResource
from ticketing.models import Customer, CustomerPhone, Ticket, TicketEntry
from ticketing.templatetags.ticket_words import state_word


class PhoneInline(TabularInline):
    """Masked; numbers are added and shown in full on the customer's page, where it is written down."""

    model = CustomerPhone
    fields = ["masked"]
    readonly_fields = ["masked"]
    extra = 0
    can_delete = False

    @display(description=_("number"))
    def masked(self, phone: CustomerPhone) -> str:
        return phone.masked

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return policies.can_see_customers(request.user)


class CustomerAdmin(AuditedSheetAdmin):
    policy = staticmethod(policies.can_administer)
    view_policy = staticmethod(policies.can_see_customers)
    resource_classes = [CustomerResource]
    list_display = ["name", "level", "shown_numbers", "shown_tags", "language", "changed_at"]
    list_filter = ["level", "language", ("changed_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["name", "tags"]
    search_help_text = _("Name, tag or part of a number")
    fields = ["name", "level", "language", "tags", "note"]
    inlines = [PhoneInline]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("phones")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """The same search as on the customers' page."""
        if not search_term:
            return queryset, False
        return queryset.filter(pk__in=queries.search_customers(search_term[:100]).values("pk")), False

    def has_export_permission(self, request: HttpRequest) -> bool:
        """A sheet has the full numbers, so it is for those who may import one."""
        return policies.can_administer(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        """Tickets speak of their customer; one with tickets stays."""
        has_tickets = obj is not None and obj.tickets.exists()
        return policies.can_administer(request.user) and not has_tickets

    def save_model(self, request: HttpRequest, obj: Customer, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        actions.tell_telephony(obj)

    def delete_model(self, request: HttpRequest, obj: Customer) -> None:
        numbers = list(obj.phones.values_list("e164", flat=True))
        super().delete_model(request, obj)
        actions.forget_numbers(numbers)

    @display(description=_("telephone numbers"))
    def shown_numbers(self, customer: Customer) -> str:
        return ", ".join(phone.masked for phone in customer.phones.all()) or "–"

    @display(description=_("tags"))
    def shown_tags(self, customer: Customer) -> str:
        return ", ".join(customer.tags) or "–"


def _said(entry: TicketEntry, value: str) -> str:
    is_state = entry.kind in (TicketEntry.Kind.OPENED, TicketEntry.Kind.STATE)
    return (state_word(value) if is_state else value) or "–"


class EntryInline(TabularInline):
    model = TicketEntry
    fields = readonly_fields = ["at", "by", "kind", "text", "shown_before", "shown_after"]
    extra = 0
    can_delete = False
    hide_title = True

    @display(description=_("before"))
    def shown_before(self, entry: TicketEntry) -> str:
        return _said(entry, entry.before)

    @display(description=_("after"))
    def shown_after(self, entry: TicketEntry) -> str:
        return _said(entry, entry.after)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return policies.can_see_tickets(request.user)


class TicketAdmin(AuditedSheetAdmin):
    """To read, filter and export; a ticket is worked on from its own page."""

    view_policy = staticmethod(policies.can_see_tickets)
    resource_classes = [TicketResource]
    list_display = [
        "number",
        "subject",
        "state",
        "priority",
        "type",
        "customer",
        "assignee",
        "due_at",
        "opened_at",
    ]
    list_filter = ["state", "priority", "type", ("opened_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["customer", "assignee"]
    search_fields = ["subject", "customer__name"]
    inlines = [EntryInline]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return policies.can_assign_tickets(request.user)


tenant_site.register(Customer, CustomerAdmin)
tenant_site.register(Ticket, TicketAdmin)


tenant_site.pages.append(ConsolePage("/panels/", _("Panels"), "web_asset", policies.can_manage_panels))
