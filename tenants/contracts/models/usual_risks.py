"""The four risks every partnership has. A row keeps the code alone: each side reads it in their own language."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.contracts.models.sides import Side

WORDS = ("title", "mitigation", "owner")


@dataclass(frozen=True, kw_only=True)
class UsualRisk:
    likelihood: int
    impact: int
    title: str | Promise
    mitigation: str | Promise
    owner: str | Promise = Side.VENDOR.label


USUAL_RISKS = {
    "default": UsualRisk(
        likelihood=2, impact=5, title=_("One side cannot or does not keep the agreement"),
        mitigation=_("Dunning and notice as agreed; everything can be exported on every day."),
    ),
    "support": UsualRisk(
        likelihood=3, impact=4, title=_("Faults are answered or mended too late"),
        mitigation=_(
            "Times of the SLA are measured; what is missed is credited and talked about at the next meeting."
        ),
    ),
    "upgrade": UsualRisk(
        likelihood=3, impact=3, title=_("A promised upgrade comes late"),
        mitigation=_("Its day stands in the agreement and is reminded of; the change log is shown."),
    ),
    "price": UsualRisk(
        likelihood=2, impact=4, title=_("The price rises more than was planned"),
        mitigation=_("Day and limit of an adjustment stand in the agreement; the budget has a contingency."),
    ),
}  # fmt: skip
"""By their kind."""


def usual_words(preset: str, name: str) -> str:
    """In the language of whoever reads now; "" of no preset."""
    usual = USUAL_RISKS.get(preset)
    return str(getattr(usual, name)) if usual else ""


def is_usual(preset: str, name: str, text: str) -> bool:
    """These are the preset's own words, in whichever language they were read."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            if text == usual_words(preset, name):
                return True
    return False
