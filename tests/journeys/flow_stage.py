"""Gives acme working hours and speaks every text that waits; run as a program beside the product, like a task would."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("acme"):
        if "furnish" in sys.argv:
            furnish()
        if "collect" in sys.argv:
            collect()
        if "speak" in sys.argv:
            speak()
        if "promise" in sys.argv:
            promise()
        if "text" in sys.argv:
            text()
        if "clear" in sys.argv:
            clear()


def furnish() -> None:
    from telephony.models import OpeningTime, WorkingHours

    hours, is_new = WorkingHours.objects.get_or_create(name="Office hours")
    if is_new:
        for weekday in range(5):
            OpeningTime.objects.create(hours=hours, weekday=weekday, opens_at="09:00", closes_at="18:00")


def collect() -> None:
    """acme's number leads to a flow that asks for an order's number, then to the queue."""
    from django.utils import timezone

    from telephony.actions import floor_changed
    from telephony.models import Entry, Flow, FlowVersion, Queue

    asks = {"name": "order", "prompt": 1, "seconds": 5}
    document = {
        "format": 1,
        "languages": ["en"],
        "start": "ask",
        "nodes": [
            {"id": "ask", "kind": "collect", "settings": asks, "exits": {"next": "wait", "failed": "wait"}},
            {
                "id": "wait",
                "kind": "queue",
                "settings": {"queue": Queue.objects.get(name="Sales").pk},
                "exits": {},
            },
        ],
    }
    flow = Flow.objects.create(name="Order number", draft=document)
    flow.published = FlowVersion.objects.create(
        flow=flow, number=1, document=document, published_at=timezone.now()
    )
    flow.save()
    Entry.objects.update(flow=flow)
    floor_changed()


def speak() -> None:
    from telephony.models import PromptWording
    from telephony.speaking import speak_wording

    for pk in PromptWording.objects.filter(state=PromptWording.State.WAITING).values_list("pk", flat=True):
        assert speak_wording(pk), f"Wording {pk} could not be spoken."


def promise() -> None:
    """Two callers wait to be called back, whether or not a line leads outside here."""
    from datetime import timedelta

    from django.utils import timezone

    from telephony.models import Callback, Queue

    now = timezone.now()
    for place, (number, queue) in enumerate((("+8613812345678", "Support"), ("+862012345678", "Sales"))):
        Callback.objects.create(
            number=number,
            queue=Queue.objects.get(name=queue),
            waiting_since=now - timedelta(minutes=9 - place),
            asked_at=now - timedelta(minutes=5),
            promised_from=now + timedelta(minutes=20),
            promised_until=now + timedelta(minutes=50),
            cancel_key=f"journey-key-of-a-customer-{place}",
        )


def text() -> None:
    """Callers were asked by text message: one of each state. Prints the way to the page of the first."""
    from datetime import timedelta
    from uuid import uuid4

    from django.utils import timezone

    from telephony.models import Call, Queue, Survey, SurveyText, TextOptOut, TextService
    from telephony.texts.links import code_of

    now, queue = timezone.now(), Queue.objects.get(name="Sales")
    survey = Survey.objects.create(name="After the call", asked_by="text", asks_comment=True)
    survey.queues.add(queue)
    for name, provider, is_used in (("Our account", "json", True), ("Of before", "alibaba", False)):
        TextService.objects.create(name=name, provider=provider, is_used=is_used)
    reasons = {"dropped": "not_mobile", "failed": "bad_number", "unsure": "timeout"}
    for place, state in enumerate(SurveyText.State.values):
        call = Call.objects.create(id=uuid4(), arrived_at=now, ended_at=now, exit="answered", queue=queue)
        SurveyText.objects.create(
            call=call,
            survey=survey,
            queue=queue,
            number=f"+861381234567{place}",
            language="en",
            state=state,
            reason=reasons.get(state, ""),
            created_at=now,
            due_at=now + timedelta(hours=1),
            claimed_at=now,
            expires_at=now + timedelta(days=3),
        )
    TextOptOut.objects.create(number="+8613812340000", source="link", added_at=now)
    sent = SurveyText.objects.get(state="sent")
    print(f"/s/{code_of('acme', sent.pk, sent.expires_at)}/")


def clear() -> None:
    """Other journeys find acme's number and pages as they were."""
    from telephony.models import (
        Call,
        Callback,
        Entry,
        Flow,
        FlowStep,
        Music,
        Prompt,
        Survey,
        SurveyText,
        TextOptOut,
        TextService,
    )

    Call.objects.filter(survey_text__isnull=False).delete()
    for model in (SurveyText, Survey, TextOptOut, TextService):
        model.objects.all().delete()

    Entry.objects.update(flow=None)
    FlowStep.objects.all().delete()
    Call.objects.update(flow_version=None)
    Flow.objects.update(published=None)
    Flow.objects.all().delete()
    Prompt.objects.all().delete()
    Music.objects.all().delete()
    Callback.objects.all().delete()


if __name__ == "__main__":
    main()
