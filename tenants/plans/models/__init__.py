"""Rows of plans, by subject."""

from tenants.plans.models.brand import Brand
from tenants.plans.models.notices import Acknowledgement, Notice, Wish
from tenants.plans.models.opening import OnboardingStep, Preset, Trial
from tenants.plans.models.parts import ModuleChange, ModuleUse, PlanTerms, Standing

__all__ = [
    "Acknowledgement",
    "Brand",
    "ModuleChange",
    "ModuleUse",
    "Notice",
    "OnboardingStep",
    "PlanTerms",
    "Preset",
    "Standing",
    "Trial",
    "Wish",
]
