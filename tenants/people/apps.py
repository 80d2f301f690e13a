from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "tenants.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.people import rights
        from tenants.people.admin_links import link_by_permission

        link_by_permission()
        rights.add_rights(*rights.OF_PEOPLE)
