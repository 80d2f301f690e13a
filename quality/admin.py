"""Quality in the tenant's administration, to read: forms are written and calls scored on their own pages."""

from __future__ import annotations

from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter

from quality import policies
from quality.models import Evaluation, EvaluationScore, Scorecard, ScorecardItem
from tenants.exports import SafeResource
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, tenant_site


class ReadingInline(TabularInline):
    extra = 0
    can_delete = False

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
    fields = readonly_fields = ["item", "points", "note"]


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
    list_display = ["published_at", "agent", "scorecard", "percent", "is_fatal", "inspector", "read_at"]
    list_filter = ["scorecard", "is_fatal", ("published_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["agent", "scorecard", "inspector"]
    search_fields = ["agent__name", "inspector__name"]
    inlines = [ScoreInline]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False


tenant_site.register(Scorecard, ScorecardAdmin)
tenant_site.register(Evaluation, EvaluationAdmin)
