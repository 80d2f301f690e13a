"""A leader writes to agents, to the agents of a queue, or announces to a group; they read it in their workspace."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from telephony import actions, policies
from telephony.console.floor_moves import read_agents, read_id
from telephony.errors import QueueNotFound
from telephony.floor_errors import NobodyChosen
from telephony.models import AgentGroup, Queue
from telephony.queries.floor_views import groups_seen_by
from telephony.queries.placements import members_of_agents, members_of_queue
from telephony.queries.supervision import agents_led_by
from tenants.errors import DomainError, NotFound
from tenants.people.console.access import member_required


@require_POST
@member_required(*policies.LEADERS)
def write(request: HttpRequest) -> HttpResponse:
    """`whom`: agents (then `agents`, ids with commas), group:<id>, queue:<id>; `text`. Answers {"message"}."""
    kind, _colon, pk = request.POST.get("whom", "").partition(":")
    text = request.POST.get("text", "")
    try:
        if kind == "group":
            group = _group(request, read_id(pk))
            actions.announce(by=request.user, text=text, at=timezone.now(), group_id=group.pk)
            told = _("It is announced to %(name)s.") % {"name": group.name}
        else:
            told = _write_each(request, _members(request, kind, pk), text)
    except DomainError as error:
        return JsonResponse({"message": error.message, "code": error.code}, status=error.status)
    return JsonResponse({"message": told})


def _members(request: HttpRequest, kind: str, pk: str) -> list[int]:
    """Ids of members; of a queue those the leader leads."""
    if kind == "queue":
        if not Queue.objects.filter(pk=read_id(pk)).exists():
            raise QueueNotFound
        return members_of_queue(read_id(pk), agents_led_by(request.user))
    return members_of_agents(read_agents(request))


def _group(request: HttpRequest, pk: int) -> AgentGroup:
    group = groups_seen_by(request.user).filter(pk=pk).first()
    if group is None:
        raise NotFound
    return group


def _write_each(request: HttpRequest, member_ids: list[int], text: str) -> str:
    others = [pk for pk in member_ids if pk != request.user.pk]
    if not others:
        raise NobodyChosen(field="agents")
    for pk in others:
        actions.write_message(sender=request.user, recipient_id=pk, text=text, at=timezone.now())
    return ngettext("Sent to %(n)s agent.", "Sent to %(n)s agents.", len(others)) % {"n": len(others)}
