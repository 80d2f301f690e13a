"""A queue with two agents and their supervisor, for the tests of sockets."""

import pytest

from telephony.models import Agent, Queue, QueueAgent
from tenants.context import enter


@pytest.fixture
def floor(acme, member):
    """Queue Sales with agents Ann (1001) and Ben (1002), and a supervisor, in acme."""
    ann, ben = member(acme, "agent", name="Ann"), member(acme, "agent", name="Ben")
    boss = member(acme, "supervisor", name="Boss")
    with enter("acme"):
        queue = Queue.objects.create(name="Sales")
        agents = [
            Agent.objects.create(member=person, name=person.name, extension=extension, presence="online")
            for person, extension in ((ann, "1001"), (ben, "1002"))
        ]
        for agent in agents:
            QueueAgent.objects.create(queue=queue, agent=agent)
    return {
        "queue": queue,
        "ann": agents[0],
        "ben": agents[1],
        "members": {"ann": ann, "ben": ben, "boss": boss},
    }
