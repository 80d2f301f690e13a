"""Signs in many agents of acme without their passwords: `python -m benchmarks.sign_in 1000` prints their session keys
and their ids.

With the word "supervisor" one more, the last, is a supervisor's. It runs with the environment of the product under
test, after its floor was furnished.
"""

import json
import os
import sys

import django


def main(count: int, *more: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from telephony.models import Agent
    from tenants.context import enter
    from tenants.people.models import Member

    keys = []
    with enter("acme"):
        agents = Agent.objects.select_related("member").order_by("pk")[:count]
        members = [agent.member for agent in agents]
        for role in more:
            members.append(Member.objects.create(username=role, name=role, roles=[role]))
        for member in members:
            session = SessionStore()
            session[SESSION_KEY] = str(member.pk)
            session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            session[HASH_SESSION_KEY] = member.get_session_auth_hash()
            session.create()
            keys.append(session.session_key)
    print(json.dumps({"keys": keys, "agents": [agent.pk for agent in agents]}))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
