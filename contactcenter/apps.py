from django.apps import AppConfig, apps

# Before any app's tasks are imported: they belong to the current Celery app.
from contactcenter.celery import app, collect_schedules


class ContactcenterConfig(AppConfig):
    name = "contactcenter"
    label = "contactcenter"

    def ready(self) -> None:
        ours = [config.name for config in apps.get_app_configs() if not config.name.startswith("django")]
        app.conf.beat_schedule = collect_schedules(ours)
        from telephony.queries import live_calls
        from tenants.effects import LIVE_CALLS, count_in_effects

        count_in_effects(LIVE_CALLS, lambda: live_calls().count())
