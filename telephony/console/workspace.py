"""The agent's page: the frame and what does not change in a day; everything live comes through the socket."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies, queries
from telephony.console.page_phone import why_none
from telephony.models import Disposition, Workplace
from telephony.queries.dialling import queue_to_call_for
from telephony.queries.errands import errand_flows
from telephony.queries.workplaces import EVENTS, choices_of, panels_of, workplace_of
from tenants.people.console.access import member_required
from tenants.people.policies import Role


@never_cache
@require_GET
@member_required(Role.AGENT, *policies.LEADERS)
def workspace(request: HttpRequest) -> HttpResponse:
    agent, workplace = queries.agent_of(request.user), workplace_of(request.user)
    seen = {
        "agent": agent,
        "reasons": queries.not_ready_reasons(),
        "my_queues": queries.queues_of_agent(agent.pk) if agent else [],
        "dial_queue": queue_to_call_for(agent.pk, None) if agent else None,
        "dispositions": dispositions(),
        "errands": errand_flows(),
        "zone": timezone.get_current_timezone_name(),
        "no_phone_why": why_none(),
        "panels": panels_of(request.user, workplace),
        "choices": choices_of(workplace),
        "events": EVENTS,
        "text_sizes": Workplace.TextSize.choices,
        "leads": policies.can_see_floor(request.user),
        "may_plan_panels": policies.can_configure(request.user),
    }
    return render(request, "telephony/workspace.html", seen)


def dispositions() -> list[dict[str, Any]]:
    """Leaves of the tree with the names of their parents; `queue` None means every queue."""
    leaves = Disposition.objects.filter(is_active=True, children=None).select_related("parent")
    rows = [{"id": leaf.pk, "name": str(leaf), "queue": leaf.queue_id} for leaf in leaves]
    return sorted(rows, key=lambda row: row["name"])
