"""The task queue. Periodic work stands in each app's tasks.py as SCHEDULE; the tenant travels by tenants.tasks."""

import os
from importlib import import_module
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")

app = Celery("contactcenter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


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
