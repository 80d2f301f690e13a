"""The floor as tenants' administrators see it, and cells and stray legs as operators do."""

from telephony.admin import (
    agents,
    alerts,
    calls,
    cells,
    do_not_call,
    finders,
    newcomers,
    people_sheet,
    phones,
    queues,
    routing,
    seats,
    supervision,
    surveys,
    workplaces,
)

__all__ = [
    "agents",
    "alerts",
    "calls",
    "cells",
    "do_not_call",
    "finders",
    "newcomers",
    "people_sheet",
    "phones",
    "queues",
    "routing",
    "seats",
    "supervision",
    "surveys",
    "workplaces",
]
