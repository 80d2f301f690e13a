"""The waiting list for machines: the same line as the page's, codes instead of words."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import actions, policies
from telephony.api.shapes import NamedSerializer
from telephony.errors import CallWaitsNoLonger
from telephony.queries.waiting import Waiter, waiting_line
from tenants.masking import mask_number
from tenants.people.console.access import RolePermission

LEADING = RolePermission.of(*policies.LEADERS)


class WaiterSerializer(serializers.Serializer):
    """`expected_seconds` from now on, null when nobody who could take it works; `counts` of agents by outcome."""

    place = serializers.IntegerField()
    call_id = serializers.UUIDField()
    caller = serializers.CharField()
    queue = NamedSerializer()
    waiting_since = serializers.DateTimeField()
    priority = serializers.IntegerField()
    step = serializers.IntegerField()
    ahead = serializers.IntegerField()
    expected_seconds = serializers.FloatField(allow_null=True)
    ringing = NamedSerializer(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class WhySerializer(serializers.Serializer):
    """Each agent's verdict, best first, and the calls that come before."""

    call_id = serializers.UUIDField()
    verdicts = serializers.ListField(child=serializers.DictField())
    ahead = serializers.ListField(child=serializers.UUIDField())


class WaitingView(APIView):
    """Everybody who waits, first taken first."""

    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="waiting_list", responses=WaiterSerializer(many=True))
    def get(self, request: Request) -> Response:
        waiters = enumerate(waiting_line(timezone.now()).waiters, start=1)
        return Response(WaiterSerializer([_row(place, waiter) for place, waiter in waiters], many=True).data)


class WhyView(APIView):
    """Why one call waits, agent by agent."""

    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="waiting_why", responses=WhySerializer)
    def get(self, request: Request, call_id: UUID) -> Response:
        line = waiting_line(timezone.now())
        waiter = line.of_call(call_id)
        if waiter is None:
            actions.waiting_stay(call_id)
            raise CallWaitsNoLonger
        told = line.explain(waiter)
        calls = {other.work.id: other.stay.call_id for other in line.waiters}
        why = {
            "call_id": call_id,
            "verdicts": [verdict.as_dict() for verdict in told.verdicts] if told else [],
            "ahead": [calls[work] for work in told.ahead if work in calls] if told else [],
        }
        return Response(WhySerializer(why).data)


def _row(place: int, waiter: Waiter) -> dict[str, Any]:
    stay, ringing = waiter.stay, waiter.ringing
    return {
        "place": place,
        "call_id": stay.call_id,
        "caller": mask_number(stay.call.caller_number or stay.call.caller_raw),
        "queue": {"id": stay.queue_id, "name": stay.queue.name},
        "waiting_since": stay.waiting_since,
        "priority": stay.priority,
        "step": waiter.step,
        "ahead": waiter.ahead,
        "expected_seconds": waiter.expected_seconds,
        "ringing": {"id": ringing.agent_id, "name": ringing.agent.name} if ringing else None,
        "counts": {outcome.value: count for outcome, count in waiter.prospect.counts.items()},
    }
