"""Groups of agents, working hours and the rules that say who gets which call."""

from typing import Any

from django import forms
from django.contrib.admin import display
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from telephony import actions, queries
from telephony.actions.hours_patterns import Pattern
from telephony.admin.floor import FloorAdmin, PolicyInline
from telephony.admin.rule_editor import RowsWidget, problem_words
from telephony.console.names import read_names
from telephony.console.routing_words import told_condition, told_effect
from telephony.models import AgentGroup, GroupMember, OpeningTime, RoutingRule, SpecialDay, WorkingHours
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class MembersInline(PolicyInline, TabularInline):
    model = GroupMember
    extra = 0
    verbose_name_plural = _("Agents")


class GroupAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["name", "shown_agents"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name"]}),
        (
            _("Where its agents may transfer calls"),
            {"fields": ["limits_transfers", "transfer_queues", "transfer_groups"]},
        ),
    ]
    inlines = [MembersInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentGroup]:
        return super().get_queryset(request).annotate(agent_count=Count("members"))

    @display(description=_("agents"), ordering="agent_count")
    def shown_agents(self, group: Any) -> int:
        return group.agent_count

    def has_delete_permission(self, request: HttpRequest, obj: AgentGroup | None = None) -> bool:
        """A group that a rule names stays, or the rule would say nothing."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not queries.rules_naming("group_id", obj.pk))


# ---- working hours


class SpansFormSet(forms.BaseInlineFormSet):
    """Two spans of one weekday may touch but not overlap."""

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        spans = sorted(
            _span(row) for row in rows if not row.get("DELETE") and row.get("opens_at") is not None
        )
        for (day, _opens, closes), (next_day, opens, _closes) in zip(spans, spans[1:], strict=False):
            if day == next_day and opens < closes:
                told = now("Two opening times of %(day)s overlap.")
                raise ValidationError(told % {"day": OpeningTime.Weekday(day).label})


def _span(row: dict[str, Any]) -> tuple[int, int, int]:
    """(weekday, minute it opens, minute it closes)."""
    opens, closes = row["opens_at"], row.get("closes_at")
    minutes = closes.hour * 60 + closes.minute if closes else 0
    return row["weekday"], opens.hour * 60 + opens.minute, minutes or 24 * 60


class SpansInline(PolicyInline, TabularInline):
    model = OpeningTime
    formset = SpansFormSet
    extra = 0
    verbose_name_plural = _("Opening times")


class SpecialDaysInline(PolicyInline, TabularInline):
    model = SpecialDay
    extra = 0
    verbose_name_plural = _("Special days")


class NewHoursForm(forms.ModelForm):
    """What is new may begin with a week that many have."""

    pattern = forms.ChoiceField(
        label=_("Begin with"),
        required=False,
        choices=[("", _("the opening times below")), *Pattern.choices],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = WorkingHours
        fields = ["name"]


class HoursAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["name", "shown_week", "shown_queues"]
    search_fields = ["name"]
    inlines = [SpansInline, SpecialDaysInline]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # Asked for its fields alone, Django does not say that it changes: the row does.
        return super().get_form(request, obj, change, **({} if obj else {"form": NewHoursForm}) | kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        pattern = form.cleaned_data.get("pattern")
        if pattern:
            actions.fill_hours(hours=form.instance, pattern=pattern)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingHours]:
        return super().get_queryset(request).prefetch_related("opening_times", "queues")

    @display(description=_("opening times"))
    def shown_week(self, hours: WorkingHours) -> str:
        return ", ".join(str(span) for span in hours.opening_times.all()) or now("always closed")

    @display(description=_("queues"))
    def shown_queues(self, hours: WorkingHours) -> str:
        return ", ".join(queue.name for queue in hours.queues.all()) or "–"


# ---- rules


class RuleForm(forms.ModelForm):
    """What cannot be asked is named row by row before anything is saved."""

    class Meta:
        model = RoutingRule
        fields = ["name", "position", "is_active", "queue", "conditions", "effects", "is_last"]
        widgets = {"conditions": RowsWidget("conditions"), "effects": RowsWidget("effects")}
        help_texts = {
            "position": pgettext_lazy("routing rule", "Lower positions are asked first."),
            "conditions": _("All of them must hold."),
            "effects": _(
                "Seconds add up over all rules that fit; of queue, group, agent and each skill the first rule counts."
            ),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "conditions" in values and "effects" in values:
            # An emptied JSON field says None.
            values |= {name: values[name] or [] for name in ("conditions", "effects")}
            for problem in queries.problems_of_rule(values["conditions"], values["effects"]):
                self.add_error(problem.part, ValidationError(problem_words(problem), code=problem.code))
        return values


class RuleList(ChangeList):
    """Knows what the ids in rules are called; read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = read_names()
        for rule in self.result_list:
            rule.names = names


class RuleAdmin(FloorAdmin, AuditedModelAdmin):
    form = RuleForm
    list_display = ["name", "position", "shown_conditions", "shown_effects", "queue", "is_active", "version"]
    list_editable = ["position", "is_active"]
    list_select_related = ["queue"]
    list_filter = ["is_active", "queue"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active"]}),
        (pgettext_lazy("routing rule", "When"), {"fields": ["queue", "conditions"]}),
        (_("Then"), {"fields": ["effects", "is_last"]}),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RuleList

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """In the list only two columns are changed: the whole rule is checked on its page."""
        return forms.modelform_factory(RoutingRule, fields=self.list_editable)

    def save_model(self, request: HttpRequest, obj: RoutingRule, form: Any, change: bool) -> None:
        """The version first, so that the audit log tells it too."""
        actions.number_version(obj)
        super().save_model(request, obj, form, change)

    @display(description=_("when"))
    def shown_conditions(self, rule: Any) -> str:
        conditions = rule.conditions if isinstance(rule.conditions, list) else []
        return now("; ").join(told_condition(one, rule.names) for one in conditions) or now("every call")

    @display(description=_("then"))
    def shown_effects(self, rule: Any) -> str:
        effects = rule.effects if isinstance(rule.effects, list) else []
        return now("; ").join(told_effect(one, rule.names) for one in effects) or "–"


tenant_site.register(AgentGroup, GroupAdmin)
tenant_site.register(WorkingHours, HoursAdmin)
tenant_site.register(RoutingRule, RuleAdmin)
