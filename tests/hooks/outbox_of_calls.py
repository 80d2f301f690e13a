"""`python -m tests.hooks.outbox_of_calls <url> <calls>` fills acme's outbox and wakes the senders."""

import json
import os
import sys
import uuid

import django

STEPS = ("call.ringing", "call.answered", "call.ended")


def fill(url: str, calls: int) -> None:
    from django.utils import timezone

    from tenants.hooks import actions
    from tenants.hooks.models import Delivery

    endpoint, _secret = actions.add_endpoint(name="CRM", url=url, kinds_wanted=STEPS, by=None)
    subjects = [f"call:{number}" for number in range(calls)]
    for step in STEPS:
        for subject in subjects:
            body = json.dumps({"type": step, "subject": subject})
            Delivery.objects.create(
                endpoint=endpoint,
                key=uuid.uuid4(),
                kind=step,
                subject=subject,
                occurred_at=timezone.now(),
                body=body,
            )


def main(url: str, calls: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter
    from tenants.hooks.waking import send_soon

    with enter("acme"):
        fill(url, int(calls))
    send_soon("acme")


if __name__ == "__main__":
    main(*sys.argv[1:])
