"""The steps by which a tenant is brought in: who does each, and how many days after the order it is due."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VENDOR, CUSTOMER = "vendor", "customer"


class Planned(NamedTuple):
    key: str
    title: Promise
    about: Promise
    side: str
    days: int


STEPS: tuple[Planned, ...] = (
    Planned(
        "needs",
        _("Agree on what is needed"),
        _("Trade, hours, numbers, people, what is recorded."),
        VENDOR,
        1,
    ),
    Planned(
        "numbers", _("Assign the numbers"), _("Applied for, assigned and tried from outside."), VENDOR, 3
    ),
    Planned(
        "people",
        _("Invite the people"),
        _("Accounts, roles and queues; each has chosen a password."),
        CUSTOMER,
        4,
    ),
    Planned(
        "network", _("Prepare the network"), _("Firewall, bandwidth and delay, from the desks."), CUSTOMER, 5
    ),
    Planned(
        "workplaces",
        _("Check every workplace"),
        _("Each agent runs the phone check once: microphone, browser and line. The results are kept."),
        CUSTOMER,
        6,
    ),
    Planned(
        "flow",
        _("Draw and try the call flow"),
        _("Greeting, keys, hours, queues; tried with the product."),
        VENDOR,
        7,
    ),
    Planned(
        "trial_calls",
        _("Make trial calls together"),
        _("Both sides call, answer, transfer, record."),
        VENDOR,
        8,
    ),
    Planned("training", _("Train agents and supervisors"), _("A day at the desk each."), VENDOR, 9),
    Planned(
        "live",
        _("Go live"),
        _("Numbers lead to the flow; somebody of ours watches the first day."),
        CUSTOMER,
        10,
    ),
)
BY_KEY = {step.key: step for step in STEPS}
NEEDED_FOR_OUTBOUND = frozenset(
    {"needs", "numbers", "people", "network", "workplaces", "trial_calls", "training", "live"}
)
"""Who only calls out draws no call flow."""
