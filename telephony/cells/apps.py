from django.apps import AppConfig


class CellsConfig(AppConfig):
    name = "telephony.cells"
    label = "cells"
    default_auto_field = "django.db.models.BigAutoField"
