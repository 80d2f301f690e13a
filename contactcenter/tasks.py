"""Tasks of the wiring itself: the proof that beat sends and a worker runs."""

from celery import shared_task
from django.utils import timezone

from contactcenter.health import measure, remember
from telephony.cells import availability


@shared_task(expires=20)
def show_life() -> None:
    remember("celery")


@shared_task(expires=20)
def probe() -> None:
    """What of us a caller needs and does not find: the availability budget is made of this."""
    measured = measure()
    availability.note_probe(
        at=timezone.now(), down=[part for part, said in measured.items() if said["state"] != "up"]
    )


SCHEDULE = {
    "show_life": {"task": "contactcenter.tasks.show_life", "schedule": 10.0},
    "probe": {"task": "contactcenter.tasks.probe", "schedule": availability.PROBE_EVERY},
}
