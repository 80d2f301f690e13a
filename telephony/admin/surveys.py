"""Surveys: what callers are asked when the agent has hung up."""

from typing import Any

from django import forms
from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from telephony.admin.floor import FloorAdmin
from telephony.models import Survey
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class SurveyForm(forms.ModelForm):
    """A score that opens a follow-up lies on the scale, or every caller would."""

    class Meta:
        model = Survey
        fields = [
            "name",
            "is_active",
            "asked_by",
            "scale",
            "question",
            "queues",
            "percent",
            "asks_comment",
            "low_from",
        ]
        labels = {"question": pgettext_lazy("survey", "Question")}
        widgets = {"queues": UnfoldAdminCheckboxSelectMultipleWidget}
        help_texts = {
            "asked_by": _(
                "By text message: within a minute of the call's end, never at night, to mobile numbers only. Of callers"
                " whom a survey by keys has asked already none is asked again. The service is set up under Call flows,"
                " Text messages."
            ),
            "question": _(
                "Empty: our own question for the scale. The caller hears it in the language of the call."
            ),
            "queues": _(
                "Callers of these queues are asked. By keys: when the agent has hung up, not when they hang up."
            ),
            "low_from": _("0 on the scale from 1 to 5: none does."),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        best = 5 if values.get("scale") == Survey.Scale.CSAT else 10
        if values.get("low_from") is not None and values["low_from"] >= best:
            self.add_error("low_from", _("It must be below the best mark of the scale."))
        return values


class SurveyAdmin(FloorAdmin, AuditedModelAdmin):
    form = SurveyForm
    list_display = [
        "name",
        "asked_by",
        "scale",
        "shown_queues",
        "percent",
        "asks_comment",
        "low_from",
        "is_active",
    ]
    list_filter = ["is_active", "asked_by", "scale"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("queues")

    @display(description=_("queues"))
    def shown_queues(self, survey: Survey) -> str:
        return ", ".join(queue.name for queue in survey.queues.all()) or "–"

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        """One that has been asked is switched off, never deleted: its answers stay."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.answers.exists()


tenant_site.register(Survey, SurveyAdmin)
