"""Furnishes acme and globex for the browser: people with passwords, agents with phones, a queue, a number, customers.

Run as a program with the environment of the product under test; prints what it made as JSON.
"""

import json
import os
import secrets
import sys

import django
from django.contrib.auth.hashers import make_password

from tests.journeys import closing_stage, contract_stage, desk_stage, service_stage

PEOPLE = {
    "owner": ["owner"],
    "admin": ["admin"],
    "supervisor": ["supervisor"],
    "inspector": ["inspector"],
    "finance": ["finance"],
    "ann": ["agent"],
    "ben": ["agent"],
}
NUMBERS = {"acme": "+864001234567", "globex": "+442079460123"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    made = {"password": secrets.token_urlsafe(12), "phones": {}, "numbers": NUMBERS}
    # Hashed once: a hash costs what a guess is to cost.
    hashed = make_password(made["password"])
    operators(hashed)
    service_stage.watched()
    for schema, number in NUMBERS.items():
        made["phones"][schema] = tenant(schema, number, hashed)
    bills()
    json.dump(made, sys.stdout)


def bills() -> None:
    from tenants.models import Tenant

    closing_stage.furnish(*(Tenant.objects.get(schema_name=schema) for schema in NUMBERS))


def operators(password: str) -> None:
    from tenants.context import enter_public
    from tenants.people.actions import create_member
    from tenants.people.models import Member

    with enter_public():
        for name, role in (("operator", "operator"), ("billing", "operator_finance")):
            member = create_member(username=name, name=name.title(), roles=[role])
            Member.objects.filter(pk=member.pk).update(password=password)


def tenant(schema: str, number: str, password: str) -> dict[str, str]:
    """Passwords of the phones by extension."""
    from django.utils import timezone

    from telephony import actions
    from telephony.cells.models import Cell, SwitchNode
    from telephony.models import Disposition, Entry, NotReadyReason, Queue, QueueAgent
    from tenants.context import enter, enter_public
    from tenants.lending import assign_number
    from tenants.models import Number, Tenant
    from tenants.people.actions import create_member
    from tenants.people.models import Member

    with enter_public():
        cell, _ = Cell.objects.get_or_create(name="main")
        SwitchNode.objects.get_or_create(name="main-1", defaults={"cell": cell})
        row = Tenant.objects.get(schema_name=schema)
        kind = Number._meta.get_field("kind").choices[0][0]
        mine = Number.objects.create(e164=number, country=row.country, kind=kind, currency=row.currency)
        assign_number(number_id=mine.pk, tenant_id=row.pk, at=timezone.now())
    phones = {}
    with enter(schema):
        queue = Queue.objects.create(name="Sales", wrap_up_seconds=60, offer_seconds=20)
        other = Queue.objects.create(name="Support", wrap_up_seconds=60)
        Entry.objects.create(number_e164=number, queue=queue)
        for name in ("Lunch", "Training"):
            NotReadyReason.objects.create(name=name, is_productive=name == "Training")
        parent = Disposition.objects.create(name="Order")
        for name in ("New", "Changed", "Cancelled"):
            Disposition.objects.create(name=name, parent=parent)
        Disposition.objects.create(name="Wrong number")
        for username, roles in PEOPLE.items():
            member = create_member(
                username=username, name=f"{username.title()} {schema.title()}", roles=roles
            )
            Member.objects.filter(pk=member.pk).update(password=password)
            if "agent" in roles:
                agent, phone = actions.create_agent(member=member)
                phones[agent.extension] = phone.password
                QueueAgent.objects.create(queue=queue, agent=agent)
                QueueAgent.objects.create(queue=other, agent=agent)
        if schema == "acme":
            desk_stage.furnish(queue)
            service_stage.furnish(row)
            history(row, number)
            desk_stage.customer(row.country)
            contract_stage.furnish(row)
    return phones


def history(row, number: str) -> None:
    """Two weeks of calls, customers, tickets and scores, so that acme's pages are full; globex's stay empty."""
    from quality import demo as quality
    from telephony.models import Agent
    from tenants.demo.cast import Cast, CastAgent
    from tenants.people.models import Member
    from ticketing import demo as ticketing

    members = {member.username: member for member in Member.objects.all()}
    agents = tuple(CastAgent(agent.member, agent.extension, "", True) for agent in Agent.objects.all())
    cast = Cast(row, f"{row.schema_name}.localhost", number, members, agents)
    ticketing.furnish(cast)
    quality.furnish(cast)
    webhooks(members["owner"])


def webhooks(owner) -> None:
    """One that works and one that was stopped, each with something in its log; nothing is sent by it."""
    import json
    from datetime import timedelta

    from django.utils import timezone

    from tenants.hooks import actions
    from tenants.hooks.models import Delivery, Endpoint

    now = timezone.now()
    for name, state, status, answer in (
        ("CRM", "delivered", 200, '{"ok": true}'),
        ("Old ERP", "given_up", 503, "busy"),
    ):
        kinds = ["call.ringing", "call.answered", "call.ended"]
        url = "https://crm.example.com/events"
        endpoint, _secret = actions.add_endpoint(name=name, url=url, kinds_wanted=kinds, by=owner)
        tried = {"at": now.isoformat(), "milliseconds": 84, "status": status, "answer": answer}
        tried["problem"] = "" if state == "delivered" else "broken"
        for place, kind in enumerate(kinds):
            Delivery.objects.create(
                endpoint=endpoint, kind=kind, subject="call:one", occurred_at=now + timedelta(seconds=place),
                state=state, attempts=1, status=status, problem=tried["problem"], tries=[tried],
                body=json.dumps({"type": kind, "data": {"call": {"caller_number": "138****2211", "is_masked": True}}}),
            )  # fmt: skip
    Endpoint.objects.filter(name="Old ERP").update(state="stopped", problem="broken", stopped_at=now)
    Endpoint.objects.filter(name="CRM").update(last_success_at=now)


if __name__ == "__main__":
    main()
