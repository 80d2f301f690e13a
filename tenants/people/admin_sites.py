"""The two admin sites, both on unfold: operators at the public hosts, tenants' people at their own."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.sites import UnfoldAdminSite

from tenants.context import is_public
from tenants.lists.background import BackgroundSheets
from tenants.lists.finding import Finder
from tenants.lists.list_pages import ListPages
from tenants.lists.site_pages import SitePages
from tenants.overview.dashboard import overview
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.people.first_steps import steps_for
from tenants.people.history import history_of
from tenants.people.menu import Entry, Group, address, icon_of, place_of
from tenants.people.policies import can_open_operator_admin, can_open_tenant_admin
from tenants.plans.doors import is_open, name_of

LINES_PER_PAGE = 100


def _may_see(admin: Any, request: HttpRequest) -> bool:
    return admin.has_module_permission(request) and (
        admin.has_view_permission(request) or admin.has_change_permission(request)
    )


class ConsoleSite(SitePages, UnfoldAdminSite):
    """An admin whose door is our own sign-in page and whose rights are our policies."""

    may_open: Callable[[object], bool] = staticmethod(lambda member: False)
    for_public = False
    enable_nav_sidebar = True

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.finders: list[Finder] = []

    def has_permission(self, request: HttpRequest) -> bool:
        return is_public() is self.for_public and self.may_open(request.user)

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """One sign-in page, throttled and audited; the admin has none of its own."""
        if request.user.is_authenticated:
            # Signed in, but not for this: sending him to sign in would send him back here for ever.
            raise PermissionDenied
        after = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()}):
            after = request.get_full_path()
        return redirect("/sign-in/?" + urlencode({"next": after}))

    def each_context(self, request: HttpRequest) -> dict:
        """The tenant's name in the head; two tabs of two tenants must not look alike."""
        current = getattr(request, "tenant", None)
        name = name_of(current)
        return super().each_context(request) | ({"site_header": name, "site_title": name} if name else {})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Asked for by the page, its head and its sidebar: found once for a request."""
        kept = request.__dict__.setdefault("app_lists_of_page", {})
        if app_label not in kept:
            kept[app_label] = self._open_apps(request, app_label)
        return list(kept[app_label])

    def _open_apps(self, request: HttpRequest, app_label: str | None) -> list[dict]:
        found: dict[str, list[dict]] = {}
        for model, admin in self._registry.items():
            if app_label in (None, model._meta.app_label):
                row = self._open_rows(request, model, admin)
                if row:
                    found.setdefault(model._meta.app_label, []).append(row)
        described = [self._app(label, rows) for label, rows in found.items()]
        return sorted(described, key=lambda app: (place_of(app["models"][0]), app["name"].lower()))

    def _app(self, label: str, rows: list[dict]) -> dict:
        return {
            "name": str(apps.get_app_config(label).verbose_name),
            "app_label": label,
            "app_url": address(self.name, "app_list", label),
            "has_module_perms": True,
            "models": sorted(rows, key=lambda row: (place_of(row), row["object_name"])),
        }

    def _open_rows(self, request: HttpRequest, model: type[Model], admin: Any) -> dict | None:
        """As Django describes them, or None; without what only the first page shows: some ask the database for it."""
        link = self._address(model, "changelist")
        if not link or not is_open(link) or not _may_see(admin, request):
            return None
        return {
            "model": model,
            "name": str(capfirst(model._meta.verbose_name_plural)),
            "object_name": model._meta.object_name,
            "admin_url": link,
        }

    def _address(self, model: type[Model], page: str) -> str | None:
        return address(self.name, f"{model._meta.app_label}_{model._meta.model_name}_{page}")

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        self._tell_rights(request, None)
        return super().index(request, extra_context)

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict | None = None
    ) -> HttpResponse:
        self._tell_rights(request, app_label)
        return super().app_index(request, app_label, extra_context)

    def _tell_rights(self, request: HttpRequest, app_label: str | None) -> None:
        """May rows be added, or only looked at? For the pages that list every place with its buttons."""
        for row in (row for app in self.get_app_list(request, app_label) for row in app["models"]):
            admin = self._registry[row["model"]]
            row["view_only"] = not admin.has_change_permission(request)
            row["add_url"] = self._address(row["model"], "add") if admin.has_add_permission(request) else None

    def get_sidebar_list(self, request: HttpRequest) -> list[Group]:
        """Every page this member may open, grouped by app; nothing is listed that would refuse him."""
        groups: list[Group] = []
        for app in self.get_app_list(request):
            entries = (
                self._entry(request, row["name"], row["admin_url"], icon_of(row)) for row in app["models"]
            )
            groups.append(Group(app["name"], tuple(entries), is_first=not groups))
        return groups

    def _entry(self, request: HttpRequest, title: str, link: str, icon: str) -> Entry:
        return Entry(title, link, icon, is_here=request.path.startswith(link))

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Our own page: it is audited and ends the other sessions."""
        return redirect("/password/")

    def logout(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("/sign-out/")


class ConsolePage(NamedTuple):
    """A page beside the rows, and who may open it."""

    link: str
    title: Promise
    icon: str
    policy: Callable[[object], bool]


class PagedSite(ConsoleSite):
    """With pages of our own beside the rows; floors above add theirs to `pages`."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.pages: list[ConsolePage] = []

    def get_sidebar_list(self, request: HttpRequest) -> list[Group]:
        """With ours first; the line above a group parts rows from rows, so none is between ours and theirs."""
        entries = (
            self._entry(request, str(page.title), page.link, page.icon)
            for page in self.pages
            if page.policy(request.user)
        )
        own = Group(str(_("Operation")), tuple(entries), is_first=True)
        return [*([own] if own.entries else []), *super().get_sidebar_list(request)]


class OperatorSite(PagedSite):
    may_open = staticmethod(can_open_operator_admin)
    for_public = True
    site_title = site_header = _("Operator console")
    index_title = _("Operator console")
    index_template = "tenants/overview/index.html"

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().index(request, overview(request.user, timezone.now()) | (extra_context or {}))


class TenantSite(PagedSite):
    may_open = staticmethod(can_open_tenant_admin)
    site_title = site_header = _("Administration")
    index_title = _("Administration")
    index_template = "tenants/admin/index.html"

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().index(request, {"first_steps": steps_for(request.user)} | (extra_context or {}))


operator_site = OperatorSite(name="operator")
tenant_site = TenantSite(name="tenant")


class AuditedModelAdmin(ListPages, ModelAdmin):
    """Rights from one policy (`policy`, and `view_policy` for reading), every save and delete in the audit log.

    Both policies take the member and say yes or no; `view_policy` defaults to `policy`.
    """

    policy: Callable[[object], bool] = staticmethod(lambda member: False)
    view_policy: Callable[[object], bool] | None = None
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    # Who changed it last stands below each row, the rest one click away.
    change_form_outer_after_template = "tenants/admin/last_changes.html"

    def get_urls(self) -> list:
        """Buttons of a row ask the database for it by what stands in the address."""
        urls = super().get_urls()
        for one in urls:
            if getattr(one, "callback", None) and str(one.pattern).startswith("<path:object_id>/"):
                one.callback = self._of_a_row(one.callback)
        return urls

    def _of_a_row(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """What can be no row's id is no row; the database would refuse the question."""

        @wraps(view)
        def inner(request: HttpRequest, object_id: str, **more: object) -> HttpResponse:
            try:
                self.opts.pk.to_python(unquote(object_id))
            except ValidationError:
                return self._get_obj_does_not_exist_redirect(request, self.opts, unquote(object_id))
            return view(request, object_id=object_id, **more)

        return inner

    def _may_change(self, request: HttpRequest) -> bool:
        return type(self).policy(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def may_be_viewed_by(self, member: object) -> bool:
        reads = type(self).view_policy
        return type(self).policy(member) or (reads is not None and reads(member))

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.may_be_viewed_by(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may_change(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """What can be no row's id is no row: buttons ask the database for it before the form does."""
        if object_id is not None and self.get_object(request, unquote(object_id)) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, unquote(object_id))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """The row's own part of the audit log; the admin's log of its own stays empty."""
        row = self.get_object(request, unquote(object_id))
        lines = Paginator(history_of(row) if row else [], LINES_PER_PAGE)
        page = lines.get_page(request.GET.get(PAGE_VAR, 1))
        context = {
            "action_list": page,
            "page_range": lines.get_elided_page_range(page.number),
            "pagination_required": lines.count > LINES_PER_PAGE,
        }
        return super().history_view(request, object_id, context | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:  # noqa: ANN001
        stored = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None
        before = row_values(stored) if stored else {}
        super().save_model(request, obj, form, change)
        was, now = difference(before, row_values(obj))
        if now:
            verb = "changed" if change else "added"
            record_audit(verb=verb, subject=obj, before=was or None, after=now)

    def delete_model(self, request: HttpRequest, obj) -> None:  # noqa: ANN001
        record_audit(verb="deleted", subject=obj, before=row_values(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:  # noqa: ANN001
        for row in queryset:
            self.delete_model(request, row)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:  # noqa: ANN001
        """Inline rows are changes of their own; many-to-many choices belong to the row."""
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            for row in formset.new_objects:
                record_audit(verb="added", subject=row, after=row_values(row))
            for row, names in formset.changed_objects:
                values = row_values(row)
                record_audit(
                    verb="changed",
                    subject=row,
                    after={n: values.get(n, values.get(f"{n}_id")) for n in names},
                )
            for row in formset.deleted_objects:
                record_audit(verb="deleted", subject=row, before=row_values(row))


class AuditedSheetAdmin(BackgroundSheets, AuditedModelAdmin, ImportExportModelAdmin):
    """Also import with a dry run and row errors, and export; both written down. Give it `resource_classes`."""

    import_form_class = ImportForm
    export_form_class = ExportForm
    show_change_form_export = False

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """A filter nobody knows leads back to the list, as the list itself does."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return redirect(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def get_export_data(self, file_format, request: HttpRequest, queryset, **kwargs):  # noqa: ANN001, ANN003, ANN201
        record_audit(
            verb="exported",
            subject=self.opts.label_lower,
            after={"rows": queryset.count(), "format": file_format.get_title()},
        )
        return super().get_export_data(file_format, request, queryset, **kwargs)

    def process_result(self, result, request: HttpRequest) -> HttpResponse:  # noqa: ANN001
        record_audit(verb="imported", subject=self.opts.label_lower, after=dict(result.totals))
        return super().process_result(result, request)
