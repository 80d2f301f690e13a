"""Gives acme's supervisor an extension and a phone, and takes them away again; run as a program beside the product."""

import json
import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from telephony.actions.setup import create_agent, renew_password
    from telephony.models import Agent
    from tenants.context import enter
    from tenants.people.models import Member

    with enter("acme"):
        boss = Member.objects.get(username="supervisor")
        if sys.argv[1] == "clear":
            Agent.objects.filter(member=boss).update(is_active=False)
            return
        agent = Agent.objects.filter(member=boss).first()
        if agent is None:
            agent, phone = create_agent(member=boss)
        else:
            Agent.objects.filter(pk=agent.pk).update(is_active=True)
            phone = renew_password(device=agent.devices.get())
        json.dump({"extension": agent.extension, "password": phone.password}, sys.stdout)


if __name__ == "__main__":
    main()
