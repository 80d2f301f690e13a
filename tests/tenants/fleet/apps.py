from django.apps import AppConfig


class Fleet(AppConfig):
    name = "tests.tenants.fleet"
    label = "fleet"
