"""The quota that nobody but the door of programs knows of."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.plans.counting import requests_today
from tenants.plans.doors import standing_of
from tenants.plans.queries import Source, add_gauge


def connect() -> None:
    add_gauge(
        Source(
            "requests",
            _("Requests by keys today"),
            pgettext_lazy("unit", "requests"),
            _("Programs are refused until midnight."),
            lambda tenant: (requests_today(tenant), limit(tenant)),
            40,
        )
    )


def limit(tenant: Any) -> int | None:
    return standing_of(tenant).requests_per_day
