"""The operators' console: tenants, the terms they are on, and the number inventory."""

from datetime import datetime

from django.contrib import messages
from django.contrib.admin import display
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action
from unfold.decorators import display as unfold_display

from tenants import admin_bulk, admin_finders, admin_numbers  # noqa: F401  (register themselves)
from tenants.actions import close_tenant, open_tenant, resume_tenant, run_opening_again, suspend_tenant
from tenants.admin_forms import OpenTenantForm, TenantForm
from tenants.context import enter
from tenants.effects import effects_on
from tenants.errors import DomainError
from tenants.leaving.queries import house_asks
from tenants.mails.actions import invite as invite_by_mail
from tenants.models import Contract, Domain, Plan, ProvisioningStep, Sla, Tenant
from tenants.people.actions import record_audit
from tenants.people.admin_confirm import Question, ask, given_reason
from tenants.people.admin_sites import AuditedModelAdmin, operator_site
from tenants.people.invitations import invitation_path
from tenants.people.models import Member, Role
from tenants.plans.actions.modules import settle
from tenants.plans.beginning import begin_as
from tenants.policies import can_manage_tenants, can_manage_terms, can_see_tenants
from tenants.provisioning.opening import progress_words

STATE_COLOURS = {"active": "success", "provisioning": "info", "suspended": "warning", "closed": "danger"}


class StepInline(TabularInline):
    """What the opening has done and where it stopped."""

    model = ProvisioningStep
    fields = readonly_fields = ["position", "name", "state", "started_at", "ended_at", "tries", "error"]
    extra = 0
    can_delete = False
    ordering = ["position"]
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_see_tenants(request.user)


class TermsInline(TabularInline):
    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):  # noqa: ANN001, ANN003, ANN201
        """A row of fields has no labels of its own; its column's name is read out instead."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = str(db_field.verbose_name)
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = str(db_field.verbose_name)
        return field

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_see_tenants(request.user)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_manage_tenants(request.user)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_manage_tenants(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_manage_tenants(request.user)


class ContractInline(TermsInline):
    model = Contract
    fields = ["plan", "sla", "starts_on", "ends_on", "seats", "reference"]


class DomainInline(TermsInline):
    model = Domain
    fields = ["domain", "is_primary"]

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):  # noqa: ANN001, ANN003, ANN201
        """The two columns come from a library that knows no Chinese."""
        labels = {"domain": _("host name"), "is_primary": _("main address")}
        return super().formfield_for_dbfield(db_field, request, label=labels[db_field.name], **kwargs)


class TenantAdmin(AuditedModelAdmin):
    policy = staticmethod(can_manage_tenants)
    view_policy = staticmethod(can_see_tenants)
    form = TenantForm
    list_display = ["name", "host", "shown_state", "progress", "shown_plan", "created_at"]
    list_filter = ["state", "country", "language", ("created_at", RangeDateFilter)]
    list_filter_submit = True
    search_fields = ["name", "schema_name", "domains__domain"]
    actions_detail = ["suspend", "resume", "close", "open_again", "invite_owner"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "state",
                    "state_since",
                    "state_reason",
                    "house_ask",
                    "short_name",
                    "cell",
                    "language",
                    "country",
                    "time_zone",
                    "currency",
                ]
            },
        )
    ]
    readonly_fields = ["state", "state_since", "state_reason", "house_ask", "short_name", "cell"]
    add_fieldsets = [
        (
            _("Tenant"),
            {"fields": ["name", "schema_name", "domain", ("language", "country"), ("time_zone", "currency")]},
        ),
        (_("Contract"), {"fields": ["plan", "sla", ("starts_on", "ends_on"), ("seats", "reference")]}),
        (
            _("How it begins"),
            {"fields": [("trade", "direction"), ("trial_days", "keep_days")]},
        ),
        (_("First administrator"), {"fields": ["admin_name", "admin_username", "admin_email"]}),
    ]

    @display(description=_("Short name"))
    def short_name(self, tenant: Tenant) -> str:
        return tenant.schema_name

    @display(description=_("Deletion asked for by its owners"))
    def house_ask(self, tenant: Tenant) -> str:
        """Who asked, confirmed or withdrew, and when; the newest."""
        ask = next(iter(house_asks(tenant)), None)
        if ask is None:
            return "–"
        said = [ask.get_state_display(), f"{ask.asked_by}, {_minute(ask.asked_at)}"]
        if ask.answered_at and ask.due_at:
            said.append(f"{ask.answered_by}, {_minute(ask.answered_at)} → {_minute(ask.due_at)}")
        if ask.withdrawn_at:
            said.append(f"{ask.withdrawn_by}, {_minute(ask.withdrawn_at)}")
        return format_html('<a href="/leaving/deletions/#house-{}">{}</a>', ask.pk, " · ".join(said))

    def get_queryset(self, request: HttpRequest):  # noqa: ANN201
        found = super().get_queryset(request).exclude(schema_name="public")
        return found.prefetch_related("domains", "provisioning_steps", "contracts__plan")

    # --- the list ---

    @unfold_display(description=_("state"), label=STATE_COLOURS)
    def shown_state(self, tenant: Tenant) -> tuple[str, str]:
        return tenant.state, tenant.get_state_display()

    @display(description=_("host name"))
    def host(self, tenant: Tenant) -> str:
        return next((domain.domain for domain in tenant.domains.all() if domain.is_primary), "–")

    @display(description=_("opening"))
    def progress(self, tenant: Tenant) -> str:
        return progress_words(tenant) or "✓"

    @display(description=_("plan and seats"))
    def shown_plan(self, tenant: Tenant) -> str:
        today = timezone.localdate()
        held = next((contract for contract in tenant.contracts.all() if contract.holds_on(today)), None)
        return f"{held.plan} · {held.seats}" if held else "–"

    # --- opening ---

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):  # noqa: ANN001, ANN003, ANN201
        if obj is None:
            kwargs["form"] = OpenTenantForm
            kwargs["fields"] = None
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Tenant | None = None) -> list:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        return self.readonly_fields if obj else []

    def get_inlines(self, request: HttpRequest, obj: Tenant | None = None) -> list:
        return [StepInline, ContractInline, DomainInline] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Tenant, form, change: bool) -> None:  # noqa: ANN001
        if change:
            super().save_model(request, obj, form, change)
            return
        with transaction.atomic():
            tenant = open_tenant(**form.order())
            begin_as(tenant, form.beginning(), at=timezone.now())
        obj.pk = tenant.pk
        messages.info(request, _("The opening runs now. Reload this page to see its steps."))

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:  # noqa: ANN001
        """Contracts stand beside the tenant: what they say is its standing at once."""
        super().save_related(request, form, formsets, change)
        if change:
            settle(tenant=form.instance, at=timezone.now())

    def response_add(
        self, request: HttpRequest, obj: Tenant, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect("admin:tenants_tenant_change", obj.pk)

    # --- the state ---

    def _buttons(self, request: HttpRequest, object_id: object, *states: str) -> bool:
        if not can_manage_tenants(request.user):
            return False
        return object_id is None or Tenant.objects.filter(pk=object_id, state__in=states).exists()

    def has_suspend_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self._buttons(request, object_id, "active")

    def has_resume_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self._buttons(request, object_id, "suspended")

    def has_close_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self._buttons(request, object_id, "suspended", "provisioning")

    def has_open_again_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self._buttons(request, object_id, "provisioning")

    @action(description=_("Suspend"), url_path="suspend", permissions=["suspend"])
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(Tenant, pk=object_id)
        question = Question(
            title=_("Suspend %(name)s?") % {"name": tenant.name},
            button=_("Suspend"),
            asks_reason=True,
            back=_page_of(tenant),
            effects=effects_on(tenant, timezone.now()),
            is_dangerous=True,
        )
        return ask(request, self, question) or self._do(
            request, tenant, suspend_tenant, at=timezone.now(), reason=given_reason(request)
        )

    @action(description=_("Resume"), url_path="resume", permissions=["resume"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(Tenant, pk=object_id)
        question = Question(
            title=_("Resume %(name)s?") % {"name": tenant.name},
            button=_("Resume"),
            back=_page_of(tenant),
            effects=[_("Its people can sign in again and its callers reach their queues.")],
        )
        return ask(request, self, question) or self._do(request, tenant, resume_tenant, at=timezone.now())

    @action(description=_("Close for good"), url_path="close", permissions=["close"])
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(Tenant, pk=object_id)
        question = Question(
            title=_("Close %(name)s for good?") % {"name": tenant.name},
            button=_("Close for good"),
            asks_reason=True,
            back=_page_of(tenant),
            is_dangerous=True,
            effects=[
                *effects_on(tenant, timezone.now()),
                _("Its numbers go back to the inventory, its contract ends."),
                _("This cannot be undone."),
            ],
        )
        return ask(request, self, question) or self._do(
            request, tenant, close_tenant, at=timezone.now(), reason=given_reason(request)
        )

    @action(description=_("Run the opening again"), url_path="open-again", permissions=["open_again"])
    def open_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(Tenant, pk=object_id)
        question = Question(
            title=_("Run the opening of %(name)s again?") % {"name": tenant.name},
            button=_("Run again"),
            back=_page_of(tenant),
            effects=[_("Steps that are done stay done.")],
        )
        page = ask(request, self, question)
        if page:
            return page
        run_opening_again(tenant=tenant)
        return redirect(_page_of(tenant))

    def _do(self, request: HttpRequest, tenant: Tenant, act, **values: object) -> HttpResponse:  # noqa: ANN001
        try:
            act(tenant_id=tenant.pk, **values)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            tenant.refresh_from_db()
            messages.success(request, f"{tenant.name}: {tenant.get_state_display()}")
        return redirect(_page_of(tenant))

    def has_invite_owner_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self._buttons(request, object_id, "active")

    @action(
        description=_("Link for the first administrator"),
        url_path="invite-owner",
        permissions=["invite_owner"],
    )
    def invite_owner(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Until the owner has chosen a password only; afterwards the tenant's people are its own affair."""
        tenant = get_object_or_404(Tenant, pk=object_id)
        question = Question(
            title=_("Make a link for the first administrator?"),
            button=_("Make the link"),
            back=_page_of(tenant),
            effects=[_("Whoever has the link can choose this member's password.")],
        )
        page = ask(request, self, question)
        if page:
            return page
        link = _owner_link(request, tenant)
        if link:
            messages.info(request, format_html("{} {}", _("It works once, for three days:"), link))
        else:
            messages.error(request, _("The first administrator has chosen a password already."))
        return redirect(_page_of(tenant))


def _minute(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _owner_link(request: HttpRequest, tenant: Tenant) -> str:
    with enter(tenant.schema_name):
        owner = Member.objects.filter(roles__contains=[Role.OWNER], is_active=True).order_by("id").first()
        if owner is None or owner.has_usable_password():
            return ""
        record_audit(verb="invited", subject=owner)
        path = invitation_path(owner)
        invite_by_mail(tenant=tenant, member=owner, at=timezone.now())
    port = request.get_port()
    shown_port = "" if port in ("80", "443") else f":{port}"
    return f"{request.scheme}://{tenant.host}{shown_port}{path}"


def _page_of(tenant: Tenant) -> str:
    return reverse("admin:tenants_tenant_change", args=[tenant.pk])


class PlanAdmin(AuditedModelAdmin):
    policy = staticmethod(can_manage_terms)
    list_display = ["name", "code", "currency", "included_seats", "deletion_days", "is_offered"]
    list_filter = ["currency", "is_offered"]
    search_fields = ["name", "code"]


class SlaAdmin(AuditedModelAdmin):
    policy = staticmethod(can_manage_terms)
    list_display = ["name", "availability_percent", "response_minutes", "recovery_minutes", "credit_percent"]
    search_fields = ["name"]


class ContractAdmin(AuditedModelAdmin):
    policy = staticmethod(can_manage_terms)
    list_display = ["reference", "tenant", "plan", "sla", "starts_on", "ends_on", "seats"]
    list_filter = ["plan", "sla", ("starts_on", RangeDateFilter), ("ends_on", RangeDateFilter)]
    list_filter_submit = True
    list_select_related = ["tenant", "plan", "sla"]
    search_fields = ["reference", "tenant__name"]
    bulk_fields = ("sla", "ends_on")

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:  # noqa: ANN001
        super().save_related(request, form, formsets, change)
        settle(tenant=form.instance.tenant, at=timezone.now())


operator_site.register(Tenant, TenantAdmin)
operator_site.register(Plan, PlanAdmin)
operator_site.register(Sla, SlaAdmin)
operator_site.register(Contract, ContractAdmin)
