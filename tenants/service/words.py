"""Sentences that lines and pages share."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _


def credit_label(row: Any, measured: Decimal | None) -> str:
    """As it stands on the invoice."""
    return _(
        "Availability %(month)s: %(measured)s %% measured, %(promised)s %% promised, %(credit)s %% of the fees"
    ) % {
        "month": f"{row.first_day.isoformat()}/{row.last_day.isoformat()}",
        "measured": measured,
        "promised": row.promised_percent,
        "credit": row.credit_percent,
    }
