"""What webhooks look like to programs."""

from typing import Any

from rest_framework import serializers

from tenants.hooks.models import Delivery, Endpoint
from tenants.hooks.showing import shown_answer, shown_body


class EndpointSerializer(serializers.ModelSerializer):
    """A webhook; its secret is told only when it is made."""

    class Meta:
        model = Endpoint
        fields = (
            *("id", "name", "url", "kinds", "sees_numbers", "state", "problem", "stopped_at", "failures"),
            *("held_until", "last_success_at", "created_at"),
        )
        read_only_fields = fields


class EndpointInSerializer(serializers.Serializer):
    """`sees_numbers` can be switched on by an owner alone."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(child=serializers.CharField(max_length=40), max_length=60)
    sees_numbers = serializers.BooleanField(required=False)


class SecretSerializer(serializers.Serializer):
    """Shown this once."""

    secret = serializers.CharField()


class NewEndpointSerializer(EndpointSerializer):
    secret = serializers.CharField(read_only=True)

    class Meta(EndpointSerializer.Meta):
        fields = (*EndpointSerializer.Meta.fields, "secret")
        read_only_fields = fields


class TrySerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    problem = serializers.CharField()
    answer = serializers.CharField()


class DeliverySerializer(serializers.ModelSerializer):
    """`body` as it is sent, but numbers and names masked; `event_id` is the same in each telling of the event."""

    endpoint = serializers.IntegerField(source="endpoint_id")
    event_id = serializers.UUIDField(source="key")
    body = serializers.SerializerMethodField()
    tries = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = (
            *("id", "endpoint", "event_id", "kind", "subject", "occurred_at", "state", "attempts", "due_at"),
            *("first_tried_at", "last_tried_at", "status", "problem", "resent_of", "body", "tries"),
        )
        read_only_fields = fields

    def get_body(self, delivery: Delivery) -> str:
        return shown_body(delivery)

    def get_tries(self, delivery: Delivery) -> list[dict[str, Any]]:
        told = [one | {"answer": shown_answer(delivery, one["answer"])} for one in delivery.tries]
        return TrySerializer(told, many=True).data
