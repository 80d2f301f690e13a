"""What a seat is narrowed to, among the settings: foretold before it is changed, put back by one click."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.actions.seats import give_up_places, narrow_seat, narrowed_to, put_seat_back
from telephony.admin.floor import FloorAdmin
from telephony.models import SeatScope
from telephony.policies import can_configure
from tenants.lists.actions import keep_act
from tenants.lists.errors import ChangedSince
from tenants.lists.kept import add_kept_kind
from tenants.people import foretold
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site
from tenants.people.foretelling import foretell_act

PLACE = "people.member"


def _put_back(row: Any, kept: dict, at: datetime) -> None:
    if not put_seat_back(member=row, kept=kept):
        raise ChangedSince


NARROWED = add_kept_kind(PLACE, "narrowed", gettext_lazy("Seat narrowed"), can_configure, _put_back)


class SeatScopeAdmin(FloorAdmin, AuditedModelAdmin):
    """For outsourced and temporary people: only these queues, only these groups."""

    list_display = ["member"]
    list_select_related = ["member"]
    search_fields = ["member__name", "member__username"]
    fields = ["member", "queues", "groups"]

    def get_readonly_fields(self, request: HttpRequest, obj: SeatScope | None = None) -> list[str]:
        return ["member"] if obj else []

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """What the new limits take and give is shown before they hold."""
        scope = self.get_object(request, unquote(object_id)) if object_id else None
        if request.method != "POST" or not self._may_save(request, scope):
            return super().changeform_view(request, object_id, *args, **kwargs)
        form = self.get_form(request, scope, change=scope is not None)(request.POST, instance=scope)
        if not form.is_valid():
            return super().changeform_view(request, object_id, *args, **kwargs)
        member, given = form.instance.member, form.cleaned_data
        narrow = partial(
            narrow_seat, member=member, queue_ids=_pks(given["queues"]), group_ids=_pks(given["groups"])
        )
        page = self._look_first(request, member, narrow)
        if page is not None:
            return page
        before = narrowed_to(member)
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        self._keep(request, member, before)
        return answer

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Without limits a seat sees more: that is told as well, instead of the usual question."""
        scope = self.get_object(request, unquote(object_id))
        if scope is None or not self.has_delete_permission(request, scope):
            return super().delete_view(request, object_id, extra_context)
        member = scope.member
        widen = partial(narrow_seat, member=member, queue_ids=[], group_ids=[])
        page = self._look_first(request, member, widen, given=[("post", "yes")])
        if page is not None:
            return page
        before = narrowed_to(member)
        answer = super().delete_view(request, object_id, extra_context)
        self._keep(request, member, before)
        return answer

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        give_up_places(scope=form.instance)

    def _may_save(self, request: HttpRequest, scope: SeatScope | None) -> bool:
        if scope is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, scope)

    def _look_first(
        self, request: HttpRequest, member: Any, act: Callable[[], object], given: Any = None
    ) -> HttpResponse | None:
        title = _("Change what the seat of %(name)s is for?") % {"name": member.name}
        return foretold.look_first(
            request,
            foretell_act(act, [member]),
            template="tenants/admin/foretold.html",
            context=self.admin_site.each_context(request)
            | {"opts": self.opts, "title": title, "back": request.path},
            given=given,
        )

    def _keep(self, request: HttpRequest, member: Any, before: dict) -> None:
        after = narrowed_to(member)
        if before == after:
            return
        kept = {"before": before, "after": after}
        at = timezone.now()
        act = keep_act(place=PLACE, code=NARROWED.code, row=member, kept=kept, actor=request.user, at=at)
        foretold.tell_of_way_back(request, act, _("The seat is changed."))


def _pks(rows: Any) -> list[int]:
    return [row.pk for row in rows]


tenant_site.register(SeatScope, SeatScopeAdmin)
