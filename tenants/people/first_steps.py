"""What a house needs before its first call: told above the settings, with the way there, until it is there.

Each floor adds its own steps when its admin is loaded; `place` puts them in the order in which they are best taken.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.people.models import Role, Team
from tenants.people.policies import can_arrange_teams, can_manage_members
from tenants.people.queries import members_with


class Step(NamedTuple):
    """`page` is the name of the address where it is done; `how_many` says of how many there are already."""

    place: int
    title: Promise
    about: Promise
    button: Promise
    page: str
    how_many: Callable[[], int]
    policy: Callable[[Any], bool]
    is_needed: bool = True


STEPS: list[Step] = [
    Step(
        place=10,
        title=_("A team"),
        about=_("Who belongs together, and who leads them."),
        button=_("Add a team"),
        page="people:team_new",
        how_many=lambda: Team.objects.count(),
        policy=can_arrange_teams,
    ),
    Step(
        place=30,
        title=_("People who take calls"),
        about=_(
            "Choose their queues there: extension and phone come by themselves. Each gets a link to begin with."
        ),
        button=_("Add a person"),
        page="admin:people_member_add",
        how_many=lambda: members_with(Role.AGENT).count(),
        policy=can_manage_members,
    ),
]


def steps_for(member: object) -> list[dict[str, Any]]:
    """[{title, about, button, link, count, is_needed, is_next}] of what this member may do.

    Nothing when all that is needed is there.
    """
    mine = sorted((step for step in STEPS if step.policy(member)), key=lambda step: step.place)
    told = [
        {
            "title": step.title,
            "about": step.about,
            "button": step.button,
            "link": reverse(step.page),
            "count": step.how_many(),
            "is_needed": step.is_needed,
        }
        for step in mine
    ]
    if all(step["count"] for step in told if step["is_needed"]):
        return []
    following = next(step for step in told if not step["count"])
    return [step | {"is_next": step is following} for step in told]
