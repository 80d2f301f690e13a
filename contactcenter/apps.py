from django.apps import AppConfig, apps


class ContactcenterConfig(AppConfig):
    name = "contactcenter"
    label = "contactcenter"

    def ready(self) -> None:
        from contactcenter.celery import app, collect_schedules

        ours = [config.name for config in apps.get_app_configs() if not config.name.startswith("django")]
        app.conf.beat_schedule = collect_schedules(ours)
