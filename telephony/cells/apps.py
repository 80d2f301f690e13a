from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CellsConfig(AppConfig):
    name = "telephony.cells"
    label = "cells"
    verbose_name = _("Cells")
    default_auto_field = "django.db.models.BigAutoField"
