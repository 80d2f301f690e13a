"""Rows of contracts, by subject. All are public."""

from tenants.contracts.models.agreements import CLAUSES, Agreement, Amendment, Reminder, Signature
from tenants.contracts.models.money import Budget, BudgetLine, Post, Spending, Sum
from tenants.contracts.models.partnership import CustomerCase, Meeting, MeetingAction, Risk
from tenants.contracts.models.quotes import Quote, QuoteLine
from tenants.contracts.models.requirements import ChangeRequest, Requirement, RequirementVersion
from tenants.contracts.models.sides import Side
from tenants.contracts.models.usual_risks import USUAL_RISKS

__all__ = [
    "CLAUSES",
    "USUAL_RISKS",
    "Agreement",
    "Amendment",
    "Budget",
    "BudgetLine",
    "ChangeRequest",
    "CustomerCase",
    "Meeting",
    "MeetingAction",
    "Post",
    "Quote",
    "QuoteLine",
    "Reminder",
    "Requirement",
    "RequirementVersion",
    "Risk",
    "Side",
    "Signature",
    "Spending",
    "Sum",
]
