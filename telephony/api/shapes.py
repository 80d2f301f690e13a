"""What the rows of telephony look like, for the API's description; the rows themselves are made in serializers/."""

from rest_framework import serializers

from telephony.models import Agent, Call
from telephony.orders import KINDS
from telephony.policies import SUPERVISION

NOT_BY_ORDER = {
    *SUPERVISION,
    "page_opened",
    "page_seen",
    "page_closed",
    "look_at_stay",
    "look_at_callback",
    "redirect",
    "measure_emergency",
}
"""What sockets and actions say to the worker; machines redirect a call at its own address."""


class NamedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class OfferSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    agent = NamedSerializer()
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class LineSerializer(serializers.Serializer):
    """Somebody beside caller and agent: asked while the caller stands aside, or in one room; or a parked caller."""

    place = serializers.ChoiceField(["aside", "room", "parked"])
    since = serializers.DateTimeField()
    by = serializers.IntegerField(allow_null=True, help_text="The agent who asks, or who parked.")
    agents = serializers.ListField(
        child=serializers.IntegerField(), help_text="Those asked, or all in the room."
    )
    number = serializers.CharField(help_text="An outside party's, masked.")
    state = serializers.ChoiceField(["", "ringing", "talking"])


class CallSerializer(serializers.Serializer):
    """Numbers are masked as on every page."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(Call.Direction.choices)
    state = serializers.ChoiceField(Call.State.choices)
    caller = serializers.CharField()
    caller_name = serializers.CharField()
    number = serializers.CharField()
    queue = NamedSerializer(allow_null=True)
    agent = NamedSerializer(allow_null=True)
    arrived_at = serializers.DateTimeField()
    queued_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    talk_seconds = serializers.IntegerField()
    hold_seconds = serializers.IntegerField()
    exit = serializers.ChoiceField(["", *Call.Exit.values])
    disposition = serializers.CharField()
    offer = OfferSerializer(allow_null=True)
    line = LineSerializer(allow_null=True)
    version = serializers.IntegerField()


class AgentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    extension = serializers.CharField()
    presence = serializers.ChoiceField(Agent.Presence.choices)
    routing_status = serializers.ChoiceField(Agent.RoutingStatus.choices)
    reason = serializers.CharField()
    cause = serializers.CharField()
    activity = serializers.ChoiceField(Agent.Activity.choices)
    next_status = serializers.ChoiceField(["", *Agent.RoutingStatus.values])
    next_reason = serializers.CharField()
    state_since = serializers.DateTimeField()
    wrap_up_until = serializers.DateTimeField(allow_null=True)
    missed_offers = serializers.IntegerField()
    phone = serializers.ChoiceField(["registered", "unregistered", "none"])
    queues = serializers.ListField(child=serializers.IntegerField())
    version = serializers.IntegerField()


class QueueSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.CharField()
    sl_seconds = serializers.IntegerField()
    waiting = serializers.IntegerField()
    oldest_entered_at = serializers.DateTimeField(allow_null=True)
    agents = serializers.DictField(child=serializers.IntegerField())
    version = serializers.IntegerField()


class MyStateSerializer(serializers.Serializer):
    agent = AgentSerializer()
    call = CallSerializer(allow_null=True)


class OrderSerializer(serializers.Serializer):
    """Which of the other fields an order needs, its type says; `agent_id` left out means oneself."""

    type = serializers.ChoiceField(sorted(set(KINDS) - NOT_BY_ORDER))
    agent_id = serializers.IntegerField(required=False, min_value=0)
    call_id = serializers.UUIDField(required=False)
    queue_id = serializers.IntegerField(required=False, min_value=0)
    to_agent_id = serializers.IntegerField(required=False, min_value=0)
    reason_id = serializers.IntegerField(required=False, min_value=0, allow_null=True)
    disposition_id = serializers.IntegerField(required=False, min_value=0, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    number = serializers.CharField(required=False, max_length=64)
    keys = serializers.RegexField(r"^[0-9*#]{1,32}$", required=False)
    seconds = serializers.IntegerField(required=False, min_value=5, max_value=300)
    flow_id = serializers.IntegerField(required=False, min_value=0)
    ring_on = serializers.ChoiceField(Agent.RingOn.choices, required=False)
    elsewhere = serializers.IntegerField(required=False, min_value=0, max_value=1)


class OrderTakenSerializer(serializers.Serializer):
    order_id = serializers.CharField()
