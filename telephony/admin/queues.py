"""Queues, the numbers that lead to them, and what agents may say came of a call."""

from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from telephony.admin.floor import FloorAdmin, PolicyInline
from telephony.admin.forms import EntryForm
from telephony.admin.waiting import WaitingInline
from telephony.models import Disposition, Entry, Queue, QueueAgent, QueueSkill, QueueStep
from tenants.desk.policies import can_see_own_numbers
from tenants.people.admin_sites import AuditedModelAdmin, ConsolePage, tenant_site

IN_SECONDS = {"max_wait_seconds", "short_abandon_seconds", "offer_seconds", "wrap_up_seconds"}
"""Their names do not say the unit; the page does."""
_in_seconds = lazy(lambda name: gettext("%(name)s (seconds)") % {"name": name}, str)


class RequiredSkillsInline(PolicyInline, TabularInline):
    model = QueueSkill
    extra = 0
    verbose_name_plural = _("Required skills")


class StepsInline(PolicyInline, TabularInline):
    model = QueueStep
    fk_name = "queue"
    extra = 0
    verbose_name_plural = _("Expansion steps: whom to ask from which moment of waiting on")


class AgentsInline(PolicyInline, TabularInline):
    model = QueueAgent
    extra = 0
    verbose_name_plural = _("Agents")


class QueueAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["name", "state", "shown_agents", "strategy", "hours", "sl_seconds", "max_wait_seconds"]
    list_select_related = ["hours"]
    list_filter = ["state", "is_recorded"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "state", "is_recorded", "priority"]}),
        (
            _("When it is served"),
            {
                "fields": ["hours"],
                "description": _("Outside these hours callers hear a notice and may leave a message."),
            },
        ),
        (_("Waiting"), {"fields": ["max_wait_seconds", "sl_seconds", "short_abandon_seconds"]}),
        (
            _("Who is asked first"),
            {
                "fields": ["strategy", "ring_group_size", "sticky_days", "sticky_seconds", "is_scored"],
                "description": _("Of the free agents who may take the call; among equals the longest idle."),
            },
        ),
        (
            _("Limits and overflow"),
            {
                "fields": [
                    "max_waiting",
                    "when_full",
                    "when_nobody",
                    "overflow_queue",
                    "overflow_after_seconds",
                ],
                "description": _(
                    "A full queue and one without anybody signed in are looked at when a caller arrives. "
                    "Where an overflow ends, a full queue takes a message and a deserted one lets callers wait."
                ),
            },
        ),
        (
            _("Ringing and after the call"),
            {"fields": ["offer_seconds", "max_missed_offers", "wrap_up_seconds"]},
        ),
    ]
    inlines = [WaitingInline, RequiredSkillsInline, StepsInline, AgentsInline]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in IN_SECONDS:
            kwargs["label"] = _in_seconds(capfirst(db_field.verbose_name))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description=_("agents"))
    def shown_agents(self, queue: Queue) -> int:
        return queue.queue_agents.count()

    def has_delete_permission(self, request: HttpRequest, obj: Queue | None = None) -> bool:
        """A queue that has had calls is closed, never deleted: its figures stay."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.stays.exists() and not obj.entries.exists()


class EntryAdmin(FloorAdmin, AuditedModelAdmin):
    form = EntryForm
    list_display = ["number_e164", "queue", "flow", "is_shown"]
    search_fields = ["number_e164"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """A list of numbers needs its flows' names, not their drawings."""
        return super().get_queryset(request).select_related("queue", "flow").defer("flow__draft")


class DispositionAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["__str__", "queue", "is_active", "is_machine"]
    list_select_related = ["queue", "parent"]
    list_filter = ["is_active", "queue"]
    search_fields = ["name"]


tenant_site.pages.append(ConsolePage("/numbers/", _("Numbers"), "dialpad", can_see_own_numbers))
tenant_site.register(Queue, QueueAdmin)
tenant_site.register(Entry, EntryAdmin)
tenant_site.register(Disposition, DispositionAdmin)
