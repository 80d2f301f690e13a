"""Quality in the tenant's administration, to read: forms are written and calls scored on their own pages."""

from __future__ import annotations

from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter

from quality import policies
from quality.models import Evaluation, EvaluationScore, Scorecard, ScorecardItem
from tenants.exports import SafeResource
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, tenant_site


class ReadingInline(TabularInline):
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return policies.can_see_every_evaluation(request.user)


class ItemInline(ReadingInline):
    model = ScorecardItem
    fields = readonly_fields = ["position", "text", "weight", "max_points", "is_fatal"]


class ScoreInline(ReadingInline):
    model = EvaluationScore
    verbose_name_plural = _("Points")
    fields = readonly_fields = ["question", "points", "note"]

    @display(description=_("question"))
    def question(self, score: EvaluationScore) -> str:
        return score.item.text


class ScorecardAdmin(AuditedModelAdmin):
    view_policy = staticmethod(policies.can_score_calls)
    list_display = ["name", "version", "state", "created_at", "published_at"]
    list_filter = ["state"]
    search_fields = ["name"]
    inlines = [ItemInline]


class EvaluationResource(SafeResource):
    class Meta:
        model = Evaluation
        fields = (
            "published_at",
            "call_id",
            "agent__name",
            "scorecard__name",
            "scorecard__version",
            "percent",
            "is_fatal",
            "inspector__name",
            "comment",
            "read_at",
        )
        export_order = fields


class EvaluationAdmin(AuditedSheetAdmin):
    view_policy = staticmethod(policies.can_see_every_evaluation)
    resource_classes = [EvaluationResource]
    list_display = ["published_at", "agent", "scorecard", "shown_percent", "inspector", "read_at"]
    fields = readonly_fields = [
        "agent",
        "scorecard",
        "shown_percent",
        "inspector",
        "comment",
        "call_id",
        "published_at",
        "read_at",
    ]
    list_filter = ["scorecard", "is_fatal", ("published_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["agent", "scorecard", "inspector"]
    search_fields = ["agent__name", "inspector__name"]
    inlines = [ScoreInline]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    @display(description=_("score"), ordering="percent")
    def shown_percent(self, evaluation: Evaluation) -> str:
        """In percent, and why it is none when a fatal item was not passed."""
        fatal = f" · {_('fatal item not passed')}" if evaluation.is_fatal else ""
        return f"{evaluation.percent} %{fatal}"


tenant_site.register(Scorecard, ScorecardAdmin)
tenant_site.register(Evaluation, EvaluationAdmin)
