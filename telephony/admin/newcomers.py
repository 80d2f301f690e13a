"""Somebody new who takes calls: queues are chosen in the form of the person; extension and phone come by themselves.

And what the floor adds to the steps until the first call.
"""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from telephony import actions, policies
from telephony.admin.phones import WORDS_OF_A_PASSWORD
from telephony.models import Entry, Flow, Queue, QueueAgent
from tenants.context import current_tenant
from tenants.errors import DomainError
from tenants.people import first_steps
from tenants.people.admin import MemberAdmin
from tenants.people.admin_forms import MemberForm
from tenants.people.policies import Member, Role


class NewcomerForm(MemberForm):
    """A member as anywhere, and the queues whose calls they take from now on."""

    BESIDE_ROLES = ("queues",)
    queues = forms.ModelMultipleChoiceField(
        label=_("Takes the calls of"),
        queryset=Queue.objects.none(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_(
            "Of agents: with a queue they get the next extension and a phone. Both can be changed later."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "queues" in self.fields:
            self.fields["queues"].queryset = Queue.objects.filter(state=Queue.State.OPEN)

    def clean(self) -> dict:
        values = super().clean()
        queues = values.get("queues")
        if not queues:
            return values
        if Role.AGENT not in values.get("roles", ()):
            self.add_error("roles", _("Whoever takes calls of a queue is an agent: tick that role too."))
        if values.get("is_active"):
            try:
                actions.check_seats(adding=1)
            except DomainError as refusal:
                self.add_error("queues", refusal.message)
        return values

    def started(self, member: Member) -> list[str]:
        queues = self.cleaned_data.get("queues")
        if not queues:
            return []
        _agent, phone = actions.create_agent(member=member, queues=queues)
        host = str(current_tenant().host)
        return [format_html(str(WORDS_OF_A_PASSWORD), phone.device.sip_username, host, phone.password)]


MemberAdmin.form_of_newcomers = NewcomerForm
first_steps.STEPS += [
    first_steps.Step(
        place=20,
        title=_("A queue"),
        about=_("Where callers wait. A name is enough: everything else has a value that suits most."),
        button=_("Add a queue"),
        page="admin:telephony_queue_add",
        how_many=lambda: Queue.objects.count(),
        policy=policies.can_configure,
    ),
    first_steps.Step(
        place=35,
        title=_("Agents in a queue"),
        about=_("Somebody who was added without one gets extension, phone and queues here."),
        button=_("Add an agent"),
        page="admin:telephony_agent_add",
        how_many=lambda: QueueAgent.objects.values("agent").distinct().count(),
        policy=policies.can_configure,
    ),
    first_steps.Step(
        place=40,
        title=_("A call flow"),
        about=_(
            "What callers hear first: greeting, opening hours, menu. Begin with a template of your trade."
        ),
        button=_("Draw a flow"),
        page="telephony:flow_new",
        how_many=lambda: Flow.objects.filter(is_archived=False, published__isnull=False).count(),
        policy=policies.can_publish_flows,
        is_needed=False,
    ),
    first_steps.Step(
        place=50,
        title=_("A number that leads somewhere"),
        about=_("To a call flow, or straight to a queue."),
        button=_("Lead a number"),
        page="admin:telephony_entry_add",
        how_many=lambda: Entry.objects.count(),
        policy=policies.can_configure,
    ),
]
