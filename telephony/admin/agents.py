"""Agents, their phones and their skills."""

from django.contrib import messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from telephony import actions
from telephony.admin.floor import FloorAdmin, PolicyInline
from telephony.admin.forms import AgentForm, PlaceForm
from telephony.admin.phones import show_password
from telephony.admin.resources import AgentResource
from telephony.models import Agent, AgentSkill, Device, GroupMember, NotReadyReason, QueueAgent, Skill
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, tenant_site


class SkillsInline(PolicyInline, TabularInline):
    model = AgentSkill
    extra = 0
    verbose_name_plural = _("Skills")


class QueuesInline(PolicyInline, TabularInline):
    model = QueueAgent
    form = PlaceForm
    extra = 0
    verbose_name_plural = _("Queues")


class GroupsInline(PolicyInline, TabularInline):
    model = GroupMember
    extra = 0
    verbose_name_plural = _("Groups")


class AgentAdmin(FloorAdmin, AuditedSheetAdmin):
    form = AgentForm
    resource_classes = [AgentResource]
    list_display = ["name", "extension", "shown_state", "shown_phone", "is_active", "shown_queues"]
    list_filter = ["is_active", "presence", "queues", "skills", "agent_groups"]
    search_fields = ["name", "extension", "member__username"]
    fields = ["member", "name", "extension", "is_active"]
    inlines = [QueuesInline, SkillsInline, GroupsInline]
    actions_detail = ["add_phone", "renew_password"]

    def get_queryset(self, request: HttpRequest):  # noqa: ANN201
        return super().get_queryset(request).prefetch_related("devices", "queues")

    @display(description=_("state"))
    def shown_state(self, agent: Agent) -> str:
        if agent.presence == Agent.Presence.OFFLINE:
            return agent.get_presence_display()
        return f"{agent.get_routing_status_display()} · {agent.get_activity_display()}"

    @display(description=_("phone"))
    def shown_phone(self, agent: Agent) -> str:
        phones = agent.devices.all()
        if any(phone.is_there for phone in phones):
            return _("Registered")
        return _("Not registered") if phones else _("None yet")

    @display(description=_("queues"))
    def shown_queues(self, agent: Agent) -> str:
        return ", ".join(queue.name for queue in agent.queues.all()) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Agent | None = None) -> list[str]:
        return ["member"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Agent | None = None) -> list[str]:
        """Who is new has one phone, and nothing to choose from yet."""
        return [*self.fields, "ring_on", "may_ring_elsewhere"] if obj else list(self.fields)

    def has_delete_permission(self, request: HttpRequest, obj: Agent | None = None) -> bool:
        """Calls name their agents for ever: switch an agent off instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Agent, form: AgentForm, change: bool) -> None:
        """Of an agent at work only what the form is about is written: the rest changes under our hands."""
        if not change:
            super().save_model(request, obj, form, change)
            show_password(request, actions.add_phone(agent=obj))
            return
        actions.change_agent(
            agent_id=obj.pk, at=timezone.now(), **{name: getattr(obj, name) for name in form.changed_data}
        )

    @action(description=_("Add a phone"), url_path="add-phone", permissions=["change"])
    def add_phone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        agent = get_object_or_404(Agent, pk=object_id)
        page = ask(
            request,
            self,
            Question(
                title=_("Add a phone for %(name)s?") % {"name": agent.name},
                button=_("Add a phone"),
                back=_page_of(agent),
                effects=[_("Its password is shown once.")],
            ),
        )
        if page:
            return page
        show_password(request, actions.add_phone(agent=agent))
        return redirect(_page_of(agent))

    @action(description=_("New phone password"), url_path="new-password", permissions=["change"])
    def renew_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        agent = get_object_or_404(Agent, pk=object_id)
        device = agent.devices.filter(kind=Device.Kind.SIP).first()
        if device is None:
            messages.error(request, _("This agent has no phone yet."))
            return redirect(_page_of(agent))
        page = ask(
            request,
            self,
            Question(
                title=_("Give the phone of %(name)s a new password?") % {"name": agent.name},
                button=_("Make a new password"),
                is_dangerous=True,
                back=_page_of(agent),
                effects=[_("The old one stops working the next time the phone registers.")],
            ),
        )
        if page:
            return page
        show_password(request, actions.renew_password(device=device))
        return redirect(_page_of(agent))


def _page_of(agent: Agent) -> str:
    return reverse("tenant:telephony_agent_change", args=[agent.pk])


class SkillAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["name", "shown_agents"]
    search_fields = ["name"]

    @display(description=_("agents"))
    def shown_agents(self, skill: Skill) -> int:
        return skill.agent_skills.count()


class ReasonAdmin(FloorAdmin, AuditedModelAdmin):
    list_display = ["name", "is_productive"]
    search_fields = ["name"]


tenant_site.register(Agent, AgentAdmin)
tenant_site.register(Skill, SkillAdmin)
tenant_site.register(NotReadyReason, ReasonAdmin)
