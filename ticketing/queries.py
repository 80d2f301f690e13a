"""Every read of customers and tickets that is longer than a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from telephony import queries as telephony
from tenants.numbers import to_e164
from tenants.people.policies import Role, has_role
from tenants.prepared import Compiled, given
from ticketing.models import Customer, CustomerPhone, Ticket

LAST_CONTACTS = 5
OPEN_TICKETS = 5
LONGEST_ID = 10


@dataclass(frozen=True)
class Card:
    """What an agent sees of a caller while it rings: the customer if we know them, and what went before."""

    number: str
    customer: Customer | None
    contacts: list = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    kind: str
    thing: object


def customers() -> QuerySet[Customer]:
    return Customer.objects.prefetch_related("phones")


def customer(customer_id: int) -> Customer | None:
    return customers().filter(pk=customer_id).first()


def phone(phone_id: int, customer_id: int) -> CustomerPhone | None:
    found = CustomerPhone.objects.filter(pk=phone_id, customer_id=customer_id)
    return found.select_related("customer").first()


def customer_of_number(number: str, country: str) -> Customer | None:
    """`number` in any spelling people or carriers use; `country` says how a local one is read."""
    return _holder_of(to_e164(number, country)) if number else None


def _holder_of(e164: str | None) -> Customer | None:
    if not e164:
        return None
    found = CustomerPhone.objects.filter(e164=e164).select_related("customer").first()
    return found.customer if found else None


def customer_card(number: str, *, besides: UUID | None = None) -> Card:
    """For a number as calls keep it (E.164). Three queries, because a phone is ringing.

    `besides` is the call that asks; it is not one of the last contacts.
    """
    who = _holder_of(number)
    contacts = [call for call in telephony.calls_of_number(number, LAST_CONTACTS + 1) if call.pk != besides]
    tickets = list(open_tickets().filter(customer=who)[:OPEN_TICKETS]) if who else []
    return Card(number=number, customer=who, contacts=contacts[:LAST_CONTACTS], tickets=tickets)


_phones = Compiled(
    lambda: (
        CustomerPhone.objects.filter(e164__among=given("numbers")).select_related("customer").order_by("pk")
    )
)


def customer_cards(numbers: Mapping[UUID, str]) -> dict[UUID, Card]:
    """By call, the card of its caller: three queries for all, because phones are ringing."""
    asked = set(filter(None, numbers.values()))
    holders: dict[str, Customer] = {}
    for phone_ in _phones(numbers=list(asked)):
        holders.setdefault(phone_.e164, phone_.customer)
    contacts = telephony.calls_of_numbers(asked, LAST_CONTACTS + 1)
    owed: dict[int, list[Ticket]] = {}
    if holders:
        for ticket in open_tickets().filter(customer__in=list(holders.values())):
            owed.setdefault(ticket.customer_id, []).append(ticket)
    cards = {}
    for call_id, number in numbers.items():
        who = holders.get(number)
        earlier = [call for call in contacts.get(number, []) if call.pk != call_id]
        tickets_ = owed.get(who.pk, [])[:OPEN_TICKETS] if who else []
        cards[call_id] = Card(number=number, customer=who, contacts=earlier[:LAST_CONTACTS], tickets=tickets_)
    return cards


def search_customers(text: str) -> QuerySet[Customer]:
    """By part of the name, a tag, part of a number (at least three digits in a row), or the customer's own id: #482."""
    text = text.strip()
    if not text:
        return customers()
    wanted = Q(name__icontains=text) | Q(tags__contains=[text])
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) >= 3 and not any(character.isalpha() for character in text):
        held = CustomerPhone.objects.filter(e164__contains=_abroad(digits))
        wanted |= Q(pk__in=held.values("customer_id"))
    if text.startswith("#") and len(text) <= LONGEST_ID and text[1:].isdecimal():
        wanted |= Q(pk=int(text[1:]))
    return customers().filter(wanted)


def _abroad(digits: str) -> str:
    """Without the zeros dialled before a country or an area: they are not part of the stored number."""
    return digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")


def tickets() -> QuerySet[Ticket]:
    return Ticket.objects.select_related("customer", "assignee", "opened_by")


def open_tickets() -> QuerySet[Ticket]:
    return tickets().filter(state__in=Ticket.UNFINISHED)


def ticket_of_number(number: int) -> Ticket | None:
    return tickets().filter(number=number).first()


def tickets_of_call(call_id: UUID) -> QuerySet[Ticket]:
    return tickets().filter(call_id=call_id)


def visible_tickets(member) -> QuerySet[Ticket]:
    """Who leads or inspects sees all; an agent their own, those they opened and those nobody has."""
    if has_role(member, Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.INSPECTOR):
        return tickets()
    if has_role(member, Role.AGENT):
        return tickets().filter(Q(assignee=None) | Q(assignee=member) | Q(opened_by=member))
    return tickets().none()


def timeline(who: Customer, limit: int = 50) -> list[TimelineEntry]:
    """Calls and tickets of a customer, newest first."""
    calls = [call for held in who.phones.all() for call in telephony.calls_of_number(held.e164, limit)]
    entries = [TimelineEntry(call.arrived_at, "call", call) for call in _each_once(calls)]
    entries += [TimelineEntry(row.opened_at, "ticket", row) for row in tickets().filter(customer=who)[:limit]]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def readable(member, things: Iterable) -> set:
    """Keys of those calls and tickets whose page opens to this member: the others are shown without a link."""
    keys = {thing.pk for thing in things}
    calls = {key for key in keys if isinstance(key, UUID)}
    found = set(telephony.visible_calls(member).filter(pk__in=calls).values_list("pk", flat=True))
    return found | set(visible_tickets(member).filter(pk__in=keys - calls).values_list("pk", flat=True))


def _each_once(calls: Iterable) -> list:
    return list({call.pk: call for call in calls}.values())
