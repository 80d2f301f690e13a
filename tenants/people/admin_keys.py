"""Keys for programs, among the settings: made for oneself, shown once, revoked."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from tenants.people.actions import create_token, revoke_token
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_sites import AuditedModelAdmin
from tenants.people.models import ApiToken, Member
from tenants.people.policies import can_manage_members


class ApiTokenAdmin(AuditedModelAdmin):
    policy = staticmethod(can_manage_members)
    list_display = ["name", "member", "prefix", "created_at", "expires_at", "revoked_at"]
    list_filter = [("revoked_at", RangeDateTimeFilter)]
    list_select_related = ["member"]
    search_fields = ["name", "prefix", "member__name"]
    fields = ["name", "expires_at"]
    actions_detail = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiToken, form, change: bool) -> None:  # noqa: ANN001
        # A key acts as its maker: one made for somebody else would be a way to act as him.
        token, text = create_token(
            member=cast(Member, request.user), name=obj.name, expires_at=obj.expires_at
        )
        obj.pk = token.pk
        messages.warning(request, format_html(str(_("Copy the key now, it is shown this once: {}")), text))

    @action(description=_("Revoke"), url_path="revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        token = get_object_or_404(ApiToken, pk=object_id)
        page = ask(
            request,
            self,
            Question(
                title=_("Revoke the key %(name)s?") % {"name": token.name},
                button=_("Revoke"),
                is_dangerous=True,
                back=reverse("admin:people_apitoken_changelist"),
                effects=[_("Programs that use it are refused from now on.")],
            ),
        )
        if page:
            return page
        revoke_token(token=token, at=timezone.now())
        messages.success(request, _("The key opens nothing any more."))
        return redirect("admin:people_apitoken_changelist")

    def has_revoke_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_manage_members(request.user)
