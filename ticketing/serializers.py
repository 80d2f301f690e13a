"""The shape of customers and tickets outside Python: the API and the messages say the same."""

from __future__ import annotations

from rest_framework import serializers

from tenants.masking import mask_number
from ticketing.models import Customer, CustomerPhone, Ticket, TicketEntry
from ticketing.queries import Card


class PhoneSerializer(serializers.ModelSerializer):
    number = serializers.CharField(source="masked", read_only=True, help_text="Masked, as on every page.")

    class Meta:
        model = CustomerPhone
        fields = ["id", "number"]


class CustomerSerializer(serializers.ModelSerializer):
    phones = PhoneSerializer(many=True, read_only=True)
    numbers = serializers.ListField(
        child=serializers.CharField(max_length=64), write_only=True, required=False, max_length=10
    )

    class Meta:
        model = Customer
        fields = [
            "id",
            "name",
            "level",
            "tags",
            "language",
            "note",
            "phones",
            "numbers",
            "created_at",
            "changed_at",
            "version",
        ]
        read_only_fields = ["created_at", "changed_at", "version"]


class TicketEntrySerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", default="", read_only=True)

    class Meta:
        model = TicketEntry
        fields = ["kind", "at", "by", "text", "before", "after"]


class TicketSerializer(serializers.ModelSerializer):
    assignee_name = serializers.CharField(source="assignee.name", default="", read_only=True)
    customer_name = serializers.CharField(source="customer.name", default="", read_only=True)
    next_states = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Ticket
        fields = [
            "number",
            "subject",
            "description",
            "type",
            "priority",
            "state",
            "next_states",
            "customer",
            "customer_name",
            "call_id",
            "assignee",
            "assignee_name",
            "due_at",
            "opened_at",
            "changed_at",
            "resolved_at",
            "closed_at",
            "version",
        ]
        read_only_fields = [
            "number",
            "state",
            "assignee",
            "opened_at",
            "changed_at",
            "resolved_at",
            "closed_at",
            "version",
        ]


class TicketStateSerializer(serializers.Serializer):
    state = serializers.ChoiceField(choices=Ticket.State.choices)


class TicketCommentSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=5000)


def card_row(card: Card) -> dict:
    """A card as the browser gets it: the number masked, states as words of the program, not of a language."""
    row = {"number": mask_number(card.number), "is_known": card.customer is not None}
    if card.customer:
        who = card.customer
        row |= {"customer_id": who.pk, "name": who.name, "level": who.level, "tags": who.tags}
    row["contacts"] = [_contact_row(call) for call in card.contacts]
    row["tickets"] = [_ticket_row(ticket) for ticket in card.tickets]
    return row


def _contact_row(call) -> dict:
    return {
        "call_id": str(call.pk),
        "at": call.arrived_at,
        "direction": call.direction,
        "exit": call.exit or "",
        "talk_seconds": call.talk_seconds,
    }


def _ticket_row(ticket: Ticket) -> dict:
    return {"number": ticket.number, "subject": ticket.subject, "state": ticket.state}
