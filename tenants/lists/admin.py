"""Acts on many rows and long sheets, on both sites: each shows those of its own schema."""

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from tenants.errors import DomainError
from tenants.lists.actions import undo_act
from tenants.lists.kinds import kind_of, title_of
from tenants.lists.models import BulkAct, SheetImport
from tenants.lists.queries import acts_seen_by, undoable
from tenants.lists.sheets import cancel, take_in
from tenants.lists.tasks import send_sheet
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_sites import AuditedModelAdmin, operator_site, tenant_site
from tenants.people.policies import can_open_operator_admin, can_open_tenant_admin, can_see_audit

SHOWN_PROBLEMS = 200


def may_look(member: object) -> bool:
    """Whoever may open this console sees what they did themselves."""
    return can_open_operator_admin(member) or can_open_tenant_admin(member)


def list_name(place: str) -> str:
    try:
        return str(apps.get_model(place)._meta.verbose_name_plural)
    except (LookupError, ValueError):
        return place


class LookedAt(AuditedModelAdmin):
    view_policy = staticmethod(may_look)
    list_before_template = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @display(description=_("list"), ordering="place")
    def shown_place(self, row: Any) -> str:
        return list_name(row.place)


class BulkActAdmin(LookedAt):
    list_display = ["at", "actor", "shown_kind", "shown_place", "shown_rows", "shown_refused", "shown_undone"]
    list_select_related = ["actor"]
    fields = readonly_fields = [
        "at", "actor", "shown_kind", "shown_place", "shown_rows", "shown_refused", "reason", "undo_until",
        "shown_undone", "shown_names", "shown_why",
    ]  # fmt: skip
    actions_detail = ["undo"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkAct]:
        return acts_seen_by(request.user, can_see_audit(request.user))

    @display(description=_("what"), ordering="kind")
    def shown_kind(self, act: BulkAct) -> str:
        return title_of(act.place, act.kind)

    @display(description=_("rows"))
    def shown_rows(self, act: BulkAct) -> int:
        return len(act.rows)

    @display(description=_("refused"))
    def shown_refused(self, act: BulkAct) -> int:
        return len(act.refused)

    @display(description=_("undone"), ordering="undone_at")
    def shown_undone(self, act: BulkAct) -> str:
        return (
            f"{timezone.localtime(act.undone_at):%Y-%m-%d %H:%M} · {act.undone_by}" if act.undone_at else "–"
        )

    @display(description=_("which"))
    def shown_names(self, act: BulkAct) -> str:
        return _listed([row.get("name", "") for row in _rows(act.rows)])

    @display(description=_("refused, and why"))
    def shown_why(self, act: BulkAct) -> str:
        return _listed([f"{row.get('name', '')}: {row.get('why', '')}" for row in _rows(act.refused)])

    def has_undo_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return may_look(request.user)
        act = undoable(object_id, timezone.now())
        return act is not None and self._may_undo(request, act)

    def _may_undo(self, request: HttpRequest, act: BulkAct) -> bool:
        """Their own, and only while they may still do such a thing."""
        kind = kind_of(act.place, act.kind)
        may = kind.may(request.user) if kind else self._may_change(request, act.place)
        return may and (act.actor_id == request.user.pk or can_see_audit(request.user))

    def _may_change(self, request: HttpRequest, place: str) -> bool:
        try:
            admin: Any = self.admin_site.get_model_admin(apps.get_model(place))
        except (LookupError, ValueError, NotRegistered):
            return False
        return bool(admin.has_change_permission(request))

    @action(description=_("Undo"), url_path="undo", permissions=["undo"])
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        act = get_object_or_404(self.get_queryset(request), pk=object_id)
        back = reverse("admin:lists_bulkact_change", args=[act.pk])
        question = Question(
            title=__("Undo this for %(count)s rows?") % {"count": len(act.rows)},
            button=_("Undo"),
            back=back,
            effects=[_("Rows that somebody has changed since stay as they are, and are named.")],
        )
        page = ask(request, self, question)
        if page:
            return page
        try:
            done, refused = undo_act(act_id=act.pk, by=request.user, at=timezone.now())
        except DomainError as problem:
            messages.error(request, problem.message)
            return redirect(back)
        messages.success(request, __("Undone: %(count)s.") % {"count": done})
        for row in refused[:10]:
            messages.warning(request, f"{row['name']}: {row['why']}")
        return redirect(back)


def _rows(told: Any) -> list[dict]:
    return [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []


def _listed(lines: list[str], most: int = 100) -> str:
    more = [f"… +{len(lines) - most}"] if len(lines) > most else []
    return "\n".join([*lines[:most], *more]) or "–"


class SheetImportAdmin(LookedAt):
    """The page of a sheet is its progress."""

    list_display = [
        "file_name",
        "shown_place",
        "state",
        "by",
        "total",
        "done",
        "added",
        "changed",
        "failed",
        "began_at",
    ]
    list_filter = ["state"]
    list_select_related = ["by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SheetImport]:
        rows = super().get_queryset(request).defer("content")
        return rows if can_see_audit(request.user) else rows.filter(by_id=request.user.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        sheet = self.get_object(request, object_id)
        if sheet is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST":
            self._do(request, sheet)
            return redirect("admin:lists_sheetimport_change", sheet.pk)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": sheet.file_name,
            "sheet": sheet,
            "list_name": list_name(sheet.place),
            "problems": sheet.problems.all()[:SHOWN_PROBLEMS],
            "is_silent": sheet.is_silent(timezone.now()),
            "may_act": self._may_act(request, sheet),
            "State": SheetImport.State,
        }
        return TemplateResponse(request, "tenants/lists/sheet.html", context)

    def _may_act(self, request: HttpRequest, sheet: SheetImport) -> bool:
        try:
            admin: Any = self.admin_site.get_model_admin(apps.get_model(sheet.place))
        except (LookupError, ValueError, NotRegistered):
            return False
        may = getattr(admin, "has_import_permission", lambda request: False)(request)
        return may and sheet.by_id == request.user.pk

    def _do(self, request: HttpRequest, sheet: SheetImport) -> None:
        if not self._may_act(request, sheet):
            raise PermissionDenied
        now, wanted = timezone.now(), request.POST.get("do")
        try:
            if wanted == "take":
                take_in(sheet_id=sheet.pk, at=now)
                send_sheet(sheet.pk)
            elif wanted == "cancel":
                cancel(sheet_id=sheet.pk, at=now)
            elif wanted == "go-on" and sheet.is_silent(now):
                send_sheet(sheet.pk)
        except DomainError as problem:
            messages.error(request, problem.message)


for site in (operator_site, tenant_site):
    site.register(BulkAct, BulkActAdmin)
    site.register(SheetImport, SheetImportAdmin)
