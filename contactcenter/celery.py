"""The task queue. Periodic work stands in each app's tasks.py as SCHEDULE; the tenant travels by tenants.tasks."""

import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")

app = Celery("contactcenter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def ask_for_life(**_told: Any) -> None:
    """At once: a new schedule would send its first task only when a whole period has passed."""
    app.send_task("contactcenter.tasks.show_life", expires=20)


def collect_schedules(apps: list[str]) -> dict[str, Any]:
    """Every app's SCHEDULE: {"name": {"task": dotted name, "schedule": seconds or crontab}}."""
    found: dict[str, Any] = {}
    for name in apps:
        try:
            tasks = import_module(f"{name}.tasks")
        except ModuleNotFoundError as problem:
            if problem.name != f"{name}.tasks":
                raise
            continue
        found |= getattr(tasks, "SCHEDULE", {})
    return found
