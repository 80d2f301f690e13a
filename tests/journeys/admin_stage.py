"""Opens a house in which nobody has set up anything, for its administrator; run as a program beside the product.

`python -m tests.journeys.admin_stage open <house> <number> <password>` opens it with the number lent;
`… speak <house>` speaks its prompts.
"""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    if sys.argv[1] == "open":
        open_house(*sys.argv[2:])
    else:
        speak(sys.argv[2])


def open_house(house: str, e164: str, password: str) -> None:
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from tenants.actions import FirstAdmin, Terms, open_tenant
    from tenants.context import enter, enter_public
    from tenants.lending import assign_number
    from tenants.models import Number, Plan
    from tenants.people.actions import create_member
    from tenants.people.models import Member
    from tenants.provisioning.opening import provision

    with enter_public():
        plan = Plan.objects.create(code=house, name="Initech", currency="USD")
        tenant = open_tenant(
            name="Initech",
            schema_name=house,
            domain=f"{house}.localhost",
            country="US",
            time_zone="America/Chicago",
            currency="USD",
            admin=FirstAdmin("owner", "Olga Owner"),
            terms=Terms(plan, timezone.localdate(), seats=10),
            begin=False,
        )
        assert provision(tenant.pk)
        number = Number.objects.create(e164=e164, country="US", kind="local", currency="USD")
        assign_number(number_id=number.pk, tenant_id=tenant.pk, at=timezone.now())
    with enter(house):
        admin = create_member(username="admin", name="Ada Admin", roles=["admin"])
        Member.objects.filter(pk=admin.pk).update(password=make_password(password))


def speak(house: str) -> None:
    from telephony.models import PromptWording
    from telephony.speaking import speak_wording
    from tenants.context import enter

    with enter(house):
        waiting = PromptWording.objects.filter(state=PromptWording.State.WAITING)
        for pk in waiting.values_list("pk", flat=True):
            assert speak_wording(pk), f"Wording {pk} could not be spoken."


if __name__ == "__main__":
    main()
