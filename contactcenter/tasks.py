"""Tasks of the wiring itself: the proof that beat sends and a worker runs."""

from celery import shared_task

from contactcenter.health import remember


@shared_task(expires=20)
def show_life() -> None:
    remember("celery")


SCHEDULE = {"show_life": {"task": "contactcenter.tasks.show_life", "schedule": 10.0}}
