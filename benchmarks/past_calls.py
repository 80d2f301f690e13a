"""Gives each agent of acme ended calls: `python -m benchmarks.past_calls 20`. With the environment of the product."""

import json
import os
import sys
from datetime import timedelta

import django


def main(each: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.utils import timezone

    from telephony.models import Agent, Call, Queue
    from tenants.context import enter

    with enter("acme"):
        now, queue = timezone.now(), Queue.objects.get()
        calls = [
            Call(
                caller_number=f"+86139{agent_id:04}{number:04}",
                queue=queue,
                agent_id=agent_id,
                state="ended",
                exit="answered",
                arrived_at=now - timedelta(minutes=6 * number),
                answered_at=now - timedelta(minutes=6 * number - 1),
                ended_at=now - timedelta(minutes=6 * number - 5),
            )
            for agent_id in Agent.objects.values_list("pk", flat=True)
            for number in range(1, each + 1)
        ]
        Call.objects.bulk_create(calls, batch_size=2_000)
    print(json.dumps({"calls": len(calls)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
