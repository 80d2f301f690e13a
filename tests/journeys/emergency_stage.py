"""Takes acme's emergency plans away again; run as a program beside the product."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from telephony.models import EmergencyPlan, EmergencySwitch
    from tenants.context import enter

    with enter("acme"):
        EmergencySwitch.objects.all().delete()
        EmergencyPlan.objects.all().delete()


if __name__ == "__main__":
    main()
