"""Devices and spares in the operators' console: what was done to them, and what is due."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from tenants.desk.assets import settle_asset
from tenants.desk.models import Asset, AssetWork
from tenants.desk.policies import can_keep_desk, can_see_desk
from tenants.desk.queries import assets_due
from tenants.desk.resources import AssetResource
from tenants.people.admin_sites import AuditedSheetAdmin, operator_site

DUE_SOON = timedelta(days=30)


class DueFilter(SimpleListFilter):
    title = _("maintenance")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str | Promise]]:
        return [("now", _("Overdue")), ("soon", _("Due within 30 days")), ("spares", _("Too few spares"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = timezone.localdate()
        if self.value() == "spares":
            return queryset.exclude(state=Asset.State.RETIRED).filter(spares__lt=F("least_spares"))
        if self.value() in ("now", "soon"):
            due = assets_due(today if self.value() == "now" else today + DUE_SOON)
            return queryset.filter(pk__in=due.values("pk"))
        return queryset


class WorkInline(TabularInline):
    """What was done stays: works are added, never changed."""

    model = AssetWork
    fields = ["kind", "done_on", "count", "serial", "by", "note"]
    extra = 0
    can_delete = False
    hide_title = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A row of fields has no labels of its own; its column's name is read out instead."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = str(db_field.verbose_name)
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = str(db_field.verbose_name)
        return field

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_see_desk(request.user)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_keep_desk(request.user)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class AssetAdmin(AuditedSheetAdmin):
    policy = staticmethod(can_keep_desk)
    view_policy = staticmethod(can_see_desk)
    resource_classes = [AssetResource]
    list_display = ["name", "kind", "place", "state", "count", "shown_spares", "shown_due", "warranty_until"]
    list_filter = [DueFilter, "kind", "state", "tenant"]
    list_filter_submit = True
    list_select_related = ["tenant"]
    search_fields = ["name", "serial", "place"]
    readonly_fields = ["due_on"]
    fields = [
        "kind", "name", "serial", "place", "tenant", "state", "count", "spares", "least_spares", "every_days",
        "bought_on", "warranty_until", "due_on",
    ]  # fmt: skip
    inlines = [WorkInline]
    bulk_fields = ("place", "tenant", "warranty_until", "least_spares")

    @display(description=_("spares"), label={"few": "danger", "fine": "success"})
    def shown_spares(self, asset: Asset) -> tuple[str, str]:
        if not asset.lacks_spares:
            return "fine", str(asset.spares)
        return "few", gettext("%(spares)s of %(least)s") % {
            "spares": asset.spares,
            "least": asset.least_spares,
        }

    @display(description=_("next maintenance"), label={"over": "danger", "soon": "warning"})
    def shown_due(self, asset: Asset) -> tuple[str, str]:
        if asset.due_on is None:
            return "", "–"
        days = (asset.due_on - timezone.localdate()).days
        state = "over" if days <= 0 else "soon" if days <= DUE_SOON.days else ""
        return state, asset.due_on.isoformat()

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        """What something was done to stays; it is retired."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.works.exists())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        added = [row for formset in formsets for row in formset.new_objects]
        settle_asset(asset_id=form.instance.pk, new_works=added, today=timezone.localdate())


operator_site.register(Asset, AssetAdmin)
