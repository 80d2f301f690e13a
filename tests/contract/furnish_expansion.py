"""acme's agreement, and its expansion: `python -m tests.contract.furnish_expansion agree 3`, then `expand 100`.

A process of its own, as furnish.py: the product under test runs beside it. Both print what seats there are then.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta

import django


def _quote(kind: str, seats: int, at: datetime) -> int:
    """Offered to acme, from that day on; its id."""
    from tenants.contracts.actions import quotes
    from tenants.models import Plan, Tenant
    from tests.contracts.story import PER_SEAT

    offer = quotes.Offer(
        kind=kind, plan=Plan.objects.get(code="team"), seats=seats, starts_on=at.date(), term_months=12,
        valid_until=at.date() + timedelta(days=10), currency="CNY",
    )  # fmt: skip
    made = quotes.write_quote(tenant=Tenant.objects.get(schema_name="acme"), offer=offer)
    quotes.add_line(quote_id=made.pk, line=PER_SEAT)
    quotes.offer_quote(quote_id=made.pk, at=at)
    return made.pk


def _accept(quote_id: int, at: datetime) -> None:
    from tenants.contracts.actions.quotes import accept_quote
    from tenants.models import Tenant

    accept_quote(tenant=Tenant.objects.get(schema_name="acme"), quote_id=quote_id, at=at)


def agree(seats: int, at: datetime) -> None:
    """Signed by both two days ago, and in force since."""
    from tenants.contracts.actions import agreements
    from tenants.contracts.models import CLAUSES, Agreement, Side
    from tenants.models import Contract
    from tests.contracts.story import sign

    Contract.objects.filter(tenant__schema_name="acme").delete()
    then = at - timedelta(days=2)
    _accept(_quote("new", seats, then), then)
    agreement = Agreement.objects.get()
    words = {name: f"About {name}." for name in CLAUSES}
    agreements.write_agreement(agreement_id=agreement.pk, values=words)
    for side in Side:
        sign(agreement, side, then)
    agreements.put_in_force(agreement_id=agreement.pk, at=then)


def expand(seats: int, at: datetime) -> None:
    """Offered and accepted: it holds from today, so at once."""
    _accept(_quote("expansion", seats, at), at)


def hire(queue: int) -> dict[str, object]:
    """One more agent of the queue, whose phone has the password of the others; in acme."""
    from telephony.actions import a1_hash, create_agent
    from telephony.errors import NoFreeSeat
    from telephony.models import Device, Queue
    from tenants.people.models import Member
    from tests.contract.furnish import PASSWORD

    member, _new = Member.objects.get_or_create(username="newcomer", name="Newcomer", roles=["agent"])
    try:
        agent, _phone = create_agent(member=member, queues=[Queue.objects.get(pk=queue)])
    except NoFreeSeat:
        return {"refused": "no free seat"}
    hashed = a1_hash(agent.extension, "acme.localhost", PASSWORD)
    Device.objects.filter(agent=agent).update(a1_hash=hashed)
    return {"id": agent.pk, "username": agent.extension}


def main(what: str, number: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.utils import timezone

    from tenants.context import enter

    if what == "hire":
        with enter("acme"):
            print(json.dumps(hire(int(number))))
        return
    with enter("public"):
        {"agree": agree, "expand": expand}[what](int(number), timezone.now())
    print(json.dumps({"seats": int(number)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
