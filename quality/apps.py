"""Registers what quality tells browsers; nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    verbose_name = _("Quality")

    def ready(self) -> None:
        from quality import broadcasts, persons, rights
        from quality.models import Evaluation
        from tenants.plans.use import add_trace

        broadcasts.subscribe_all()
        rights.connect()
        persons.connect()
        add_trace("quality", lambda since: Evaluation.objects.filter(published_at__gte=since).exists())
