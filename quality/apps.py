"""Registers what quality tells browsers; nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    verbose_name = _("Quality")

    def ready(self) -> None:
        from quality import broadcasts, rights

        broadcasts.subscribe_all()
        rights.connect()
