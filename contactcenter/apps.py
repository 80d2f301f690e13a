from django.apps import AppConfig, apps

# Before any app's tasks are imported: they belong to the current Celery app.
from contactcenter.celery import app, collect_schedules


class ContactcenterConfig(AppConfig):
    name = "contactcenter"
    label = "contactcenter"

    def ready(self) -> None:
        ours = [config.name for config in apps.get_app_configs() if not config.name.startswith("django")]
        app.conf.beat_schedule = collect_schedules(ours)
