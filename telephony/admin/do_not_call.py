"""Numbers that must not be called: the list, sheets in and out of it, and who had one called all the same."""

from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget
from unfold.widgets import UnfoldAdminTextInputWidget

from telephony import policies
from telephony.actions.do_not_call import NotANumberToBar, bar_number, cancel_barred_promises, lift_bar
from telephony.models import DoNotCall, DoNotCallPass
from telephony.queries.do_not_call import stored_spelling
from tenants.exports import SafeResource
from tenants.masking import mask_number
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, tenant_site


class NumberWidget(Widget):
    """Any spelling of a number; what is none is told with its line."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        number = stored_spelling(str(value or ""))
        if not number:
            raise ValueError(NotANumberToBar().message)
        return number


class DoNotCallResource(SafeResource):
    number = Field(attribute="number", column_name="number", widget=NumberWidget())

    class Meta:
        model = DoNotCall
        import_id_fields = ["number"]
        fields = ("number", "reason")
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True

    def before_save_instance(self, instance: DoNotCall, row: Any, **kwargs: Any) -> None:
        if instance._state.adding:
            instance.source, instance.added_at = DoNotCall.Source.SHEET, timezone.now()

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        row["reason"] = str(row.get("reason") or "").strip()[:200]

    def import_instance(self, instance: DoNotCall, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        # Checked before it is saved.
        instance.added_at = instance.added_at or timezone.now()

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        if not kwargs.get("dry_run"):
            cancel_barred_promises(at=timezone.now())


class EntryForm(ModelForm):
    number = CharField(label=gettext_lazy("Number"), max_length=40, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = DoNotCall
        fields = ["number", "reason"]

    def clean_number(self) -> str:
        number = stored_spelling(self.cleaned_data["number"])
        if not number:
            self.add_error("number", NotANumberToBar().message)
        return number


class DoNotCallAdmin(AuditedSheetAdmin):
    """Entered and taken off; a number is never changed into another."""

    policy = staticmethod(policies.can_keep_do_not_call)
    form = EntryForm
    resource_classes = [DoNotCallResource]
    list_display = ["shown_number", "reason", "source", "added_at"]
    list_filter = ["source"]
    search_fields = ["reason"]
    search_help_text = gettext_lazy("A whole number, or a word of the reason")
    ordering = ["-added_at", "-id"]

    def get_fields(self, request: HttpRequest, obj: DoNotCall | None = None) -> list[str]:
        return ["shown_number", "reason", "source", "added_at"] if obj else ["number", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: DoNotCall | None = None) -> list[str]:
        return ["shown_number", "source", "added_at"] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = ModelForm if obj else EntryForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """The whole number only: parts of numbers would be guessed."""
        number = stored_spelling(search_term)
        if number:
            return queryset.filter(number=number), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=gettext_lazy("number"))
    def shown_number(self, entry: DoNotCall) -> str:
        return mask_number(entry.number)

    def save_model(self, request: HttpRequest, obj: DoNotCall, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        entry, _is_new = bar_number(number=obj.number, reason=obj.reason, at=timezone.now())
        obj.pk = entry.pk

    def delete_model(self, request: HttpRequest, obj: DoNotCall) -> None:
        lift_bar(entry_id=obj.pk, at=timezone.now())


class DoNotCallPassAdmin(AuditedModelAdmin):
    """To read only: who, when, why, and which call it was."""

    view_policy = staticmethod(policies.can_keep_do_not_call)
    list_display = ["shown_number", "member", "reason", "given_at", "was_called"]
    list_select_related = ["member"]
    ordering = ["-given_at", "-id"]
    fields = readonly_fields = ["shown_number", "member", "reason", "given_at", "was_called"]

    @display(description=gettext_lazy("number"))
    def shown_number(self, one: DoNotCallPass) -> str:
        return mask_number(one.number)

    @display(description=gettext_lazy("was called"))
    def was_called(self, one: DoNotCallPass) -> str:
        return _("yes") if one.used_at else _("no: the telephone was not picked up in time")


tenant_site.register(DoNotCall, DoNotCallAdmin)
tenant_site.register(DoNotCallPass, DoNotCallPassAdmin)
