"""Furnishes acme for a test with the whole product: `python -m tests.contract.furnish agents 10` prints what it made.

Runs as a process of its own, with the environment of the product under test.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date

import django

HOT_LINE = "+862155500001"
PASSWORD = "phone-secret"


def agents(count: int, wrap_up_seconds: int = 600) -> dict[str, object]:
    from telephony.actions import a1_hash
    from telephony.models import Agent, Device, Entry, Queue, QueueAgent
    from tenants.people.actions import create_member
    from tenants.people.models import Member

    times = {"wrap_up_seconds": wrap_up_seconds, "offer_seconds": 15, "max_wait_seconds": 3600}
    queue = Queue.objects.create(name="Sales", **times)
    Entry.objects.create(number_e164=HOT_LINE, queue=queue)
    made = []
    for number in range(1001, 1001 + count):
        who = {"username": f"agent{number}", "name": f"Agent {number}", "roles": ["agent"]}
        # Hashing twenty passwords would take longer than the test.
        member = create_member(**who, password=PASSWORD) if number == 1001 else Member.objects.create(**who)
        agent = Agent.objects.create(member=member, name=member.name, extension=str(number))
        hashed = a1_hash(agent.extension, "acme.localhost", PASSWORD)
        Device.objects.create(agent=agent, sip_username=agent.extension, a1_hash=hashed)
        QueueAgent.objects.create(queue=queue, agent=agent)
        made.append({"id": agent.pk, "username": agent.extension})
    return {"queue": queue.pk, "agents": made}


def terms() -> None:
    """A number, a contract and prices, so that a call costs something."""
    from tenants.billing.demo import prices
    from tenants.models import Contract, Number, Plan, Tenant

    acme = Tenant.objects.get(schema_name="acme")
    Number.objects.create(e164=HOT_LINE, country="CN", currency="CNY", tenant=acme, state="assigned")
    plan = Plan.objects.create(code="team", name="Team", currency="CNY")
    Contract.objects.create(tenant=acme, plan=plan, starts_on=date(2026, 1, 1), seats=50)
    prices()


def main(_what: str, *words: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("public"):
        terms()
    with enter("acme"):
        print(json.dumps(agents(*map(int, words))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
