"""Stored codes of a ticket's story as words in the reader's language."""

from django import template

from ticketing.models import Ticket

register = template.Library()


@register.filter
def state_word(state: str) -> str:
    return str(Ticket.State(state).label) if state in Ticket.State.values else state


@register.filter
def field_words(names: str) -> str:
    """`due_at, subject` as the fields are called on the form."""
    return ", ".join(str(Ticket._meta.get_field(name).verbose_name) for name in names.split(", ") if name)
