"""What stands on agents' pages: scripts and quick replies with their approval, and the targets of the day."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import action, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import StackedInline

from telephony import policies
from telephony.actions.snippets import approve_snippet, unapprove_snippet
from telephony.admin.floor import FloorAdmin, PolicyInline
from telephony.models import FigureTarget, Snippet, SnippetText
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class SnippetTextInline(PolicyInline, StackedInline):
    model = SnippetText
    extra = 0
    min_num = 1
    max_num = len(SnippetText.Language.choices)


class SnippetAdmin(FloorAdmin, AuditedModelAdmin):
    """A text somebody changed is unseen by agents until it is approved again."""

    list_display = ["title", "kind", "shown_shortcut", "queue", "disposition", "is_active", "shown_approval"]
    list_filter = ["kind", "queue", "is_active"]
    search_fields = ["title", "shortcut", "texts__text"]
    list_select_related = ["queue", "disposition", "disposition__parent", "approved_by"]
    fields = ["kind", "title", "shortcut", "queue", "disposition", "is_active", "shown_approval"]
    readonly_fields = ["shown_approval"]
    inlines = [SnippetTextInline]
    actions = ["approve"]

    @display(description=_("shortcut"), ordering="shortcut")
    def shown_shortcut(self, snippet: Snippet) -> str:
        return f"/{snippet.shortcut}"

    @display(description=_("approved"))
    def shown_approval(self, snippet: Snippet) -> str:
        if snippet.approved_at is None:
            return str(_("not yet: agents do not see it"))
        at = timezone.localtime(snippet.approved_at)
        return f"{snippet.approved_by or '–'} · {at:%Y-%m-%d %H:%M}"

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return policies.can_configure(request.user)

    @action(description=_("Approve: agents see them"), permissions=["approve"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Snippet]) -> None:
        now = timezone.now()
        done = sum(approve_snippet(snippet_id=row.pk, by=request.user, at=now) for row in queryset)
        told = ngettext("%(count)d approved.", "%(count)d approved.", done) % {"count": done}
        messages.success(request, told)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        words_changed = any(
            formset.new_objects or formset.changed_objects or formset.deleted_objects for formset in formsets
        )
        if change and words_changed:
            unapprove_snippet(snippet_id=form.instance.pk)


class FigureTargetAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["figure", "queue", "value"]
    list_select_related = ["queue"]


tenant_site.register(Snippet, SnippetAdmin)
tenant_site.register(FigureTarget, FigureTargetAdmin)
