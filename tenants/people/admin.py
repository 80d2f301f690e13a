"""Members, their keys and the audit log, on both sites: each shows the people of its own schema."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from tenants.context import current_tenant, is_public
from tenants.lists.bulk import Preflight
from tenants.lists.models import BulkAct
from tenants.mails.actions import invite as invite_by_mail
from tenants.people import admin_finders  # noqa: F401  (registers itself)
from tenants.people.actions import end_access, record_audit, sign_out_everywhere
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_filters import ActorFilter, RoleFilter, VerbFilter
from tenants.people.admin_forms import OF_TENANTS, MemberForm, roles_field
from tenants.people.admin_keys import ApiTokenAdmin
from tenants.people.admin_places import SiteAdmin
from tenants.people.admin_resources import MemberResource
from tenants.people.admin_rights import change_many_rights, effects_on_many, keep_way_back, look_first
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, operator_site, tenant_site
from tenants.people.foretelling import FIELDS
from tenants.people.invitations import invitation_path
from tenants.people.models import ApiToken, AuditEntry, Member, Site
from tenants.people.policies import (
    can_change_member,
    can_manage_members,
    can_see_audit,
)
from tenants.people.verbs import kind_name, verb_name


class MemberAdmin(AuditedSheetAdmin):
    policy = staticmethod(can_manage_members)
    form = MemberForm
    resource_classes = [MemberResource]
    sheets_of_tenants: list[type[MemberResource]] = []
    """The same sheet with what floors above know of a person; they add theirs."""
    form_of_newcomers: type[MemberForm] | None = None
    """At a tenant's, with what floors above ask of somebody new; `started(member)` does it and says what to tell."""
    list_display = ["name", "username", "email", "shown_roles", "team", "is_active", "last_login"]
    list_filter = [RoleFilter, "is_active", "team", "site", "seat", ("last_login", RangeDateTimeFilter)]
    list_select_related = ["team"]
    list_filter_submit = True
    search_fields = ["name", "username", "email"]
    ordering = ["name", "id"]
    actions_detail = ["invite", "end_sessions"]
    bulk_fields = ("roles", "team", "site", "language")

    def get_bulk_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Operators have neither teams nor sites."""
        return () if is_public() else super().get_bulk_fields(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In many at once; the form of one person has its own."""
        if db_field.name == "roles":
            return roles_field(request.user)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """What a change of rights would do is shown before it is made."""
        member = self.get_object(request, unquote(object_id)) if object_id and not is_public() else None
        if request.method == "POST" and member is not None and self.has_change_permission(request, member):
            form = self.get_form(request, member, change=True)(request.POST, request.FILES, instance=member)
            page = look_first(self, request, Member.objects.get(pk=member.pk), form)
            if page is not None:
                return page
        return super().changeform_view(request, object_id, *args, **kwargs)

    def change_chosen(self, request: HttpRequest, chosen: list[Any], values: dict[str, Any]) -> BulkAct:
        if set(values) & set(FIELDS):
            return change_many_rights(request, chosen, values)
        return super().change_chosen(request, chosen, values)

    def effects_of_change(self, look: Preflight, values: dict[str, Any]) -> list[str]:
        return effects_on_many(look, values)

    def get_resource_classes(self, request: HttpRequest) -> list[type[MemberResource]]:
        return (not is_public() and self.sheets_of_tenants) or self.resource_classes

    @display(description=_("roles"))
    def shown_roles(self, member: Member) -> str:
        return ", ".join(member.role_names()) or "–"

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):  # noqa: ANN001, ANN003, ANN201
        if obj is None and not is_public() and self.form_of_newcomers:
            kwargs["form"] = self.form_of_newcomers
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("MemberForm", (form,), {"by": request.user})

    def get_fields(self, request: HttpRequest, obj: Member | None = None) -> list[str]:
        """Who may only look reads the roles' names, not their codes."""
        fields = [name for name in MemberForm.Meta.fields if not (is_public() and name in OF_TENANTS)]
        if obj is None and not is_public() and self.form_of_newcomers:
            place = fields.index("roles") + 1
            fields[place:place] = self.form_of_newcomers.BESIDE_ROLES
        if obj is not None and not self.has_change_permission(request, obj):
            fields[fields.index("roles")] = "shown_roles"
        return fields

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> list[str]:
        return ["shown_roles"] if obj is not None and not self.has_change_permission(request, obj) else []

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """People are never deleted: what they did must keep a name. End their access instead."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        return can_manage_members(request.user) and (obj is None or can_change_member(request.user, obj))

    def has_invite_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        member = Member.objects.filter(pk=object_id).first()
        return can_manage_members(request.user) and (
            member is None or can_change_member(request.user, member)
        )

    def save_model(self, request: HttpRequest, obj: Member, form: MemberForm, change: bool) -> None:
        stored = Member.objects.get(pk=obj.pk) if change else None
        leaves = change and "is_active" in form.changed_data and not obj.is_active
        if leaves:
            end_access(member=Member.objects.get(pk=obj.pk), at=timezone.now())
            obj.session_epoch += 1
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "roles" in form.changed_data and not leaves:
            # Open pages and sockets were let in under the old roles.
            sign_out_everywhere(member=obj, at=timezone.now(), reason="roles changed")
        if stored is not None and not is_public():
            keep_way_back(request, stored, obj, form.changed_data)
        if not change:
            self._show_invitation(request, obj)
            for text in form.started(obj):
                messages.warning(request, text)

    def response_add(
        self, request: HttpRequest, obj: Member, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Another one begins with what was chosen for this one: the team, the role."""
        answer = super().response_add(request, obj, post_url_continue)
        return redirect(request.get_full_path()) if "_addanother" in request.POST and request.GET else answer

    def _show_invitation(self, request: HttpRequest, member: Member) -> None:
        invite_by_mail(tenant=None if is_public() else current_tenant(), member=member, at=timezone.now())
        link = request.build_absolute_uri(invitation_path(member))
        text = _("Give {} this link to choose a password. It works once, for three days: {}")
        messages.info(request, format_html(str(text), member.name, link))

    @action(description=_("New invitation link"), url_path="invite", permissions=["invite"])
    def invite(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = self._member(request, object_id)
        page = ask(
            request,
            self,
            Question(
                title=_("Make a new link for %(name)s?") % {"name": member.name},
                button=_("Make the link"),
                back=_page_of(member),
                effects=[_("Whoever has the link can choose this member's password.")],
            ),
        )
        if page:
            return page
        record_audit(verb="invited", subject=member)
        self._show_invitation(request, member)
        return redirect("admin:people_member_change", member.pk)

    @action(description=_("End all sessions"), url_path="end-sessions", permissions=["invite"])
    def end_sessions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = self._member(request, object_id)
        page = ask(
            request,
            self,
            Question(
                title=_("End all sessions of %(name)s?") % {"name": member.name},
                button=_("End all sessions"),
                back=_page_of(member),
                effects=[_("Pages open on any device ask for the password again.")],
            ),
        )
        if page:
            return page
        sign_out_everywhere(member=member, at=timezone.now(), reason="by an administrator")
        messages.success(request, _("%(name)s is signed out everywhere.") % {"name": member.name})
        return redirect("admin:people_member_change", member.pk)

    def _member(self, request: HttpRequest, object_id: str) -> Member:
        member = get_object_or_404(Member, pk=object_id)
        if not can_change_member(request.user, member):
            raise PermissionDenied
        return member


def _page_of(member: Member) -> str:
    return reverse("admin:people_member_change", args=[member.pk])


class AuditEntryAdmin(AuditedModelAdmin):
    """To read only; the database refuses changes as well."""

    change_form_outer_after_template = None

    view_policy = staticmethod(can_see_audit)
    list_display = ["at", "actor_name", "shown_verb", "shown_kind", "subject_name", "address", "reason"]
    list_filter = [("at", RangeDateTimeFilter), ActorFilter, VerbFilter]
    list_filter_submit = True
    search_fields = ["actor_name", "verb", "subject", "subject_name", "reason"]
    fields = [
        "at",
        "actor_name",
        "address",
        "shown_verb",
        "subject",
        "subject_name",
        "shown_before",
        "shown_after",
        "reason",
    ]
    readonly_fields = fields
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @display(description=_("did"), ordering="verb")
    def shown_verb(self, entry: AuditEntry) -> str:
        return verb_name(entry.verb)

    @display(description=_("to"), ordering="subject")
    def shown_kind(self, entry: AuditEntry) -> str:
        return kind_name(entry.subject)

    @display(description=_("before"))
    def shown_before(self, entry: AuditEntry) -> str:
        return _as_text(entry.before)

    @display(description=_("after"))
    def shown_after(self, entry: AuditEntry) -> str:
        return _as_text(entry.after)


def _as_text(values: dict | None) -> str:
    if not values:
        return "–"
    return format_html("<pre>{}</pre>", json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True))


tenant_site.register(Site, SiteAdmin)
for site in (tenant_site, operator_site):
    site.register(Member, MemberAdmin)
    site.register(AuditEntry, AuditEntryAdmin)
tenant_site.register(ApiToken, ApiTokenAdmin)
