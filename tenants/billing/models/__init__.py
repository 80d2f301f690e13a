"""Rows of billing, all in the public schema."""

from tenants.billing.models.costs import CostLine, Rerating
from tenants.billing.models.ledger import Charge, Invoice, InvoiceLine, month_text
from tenants.billing.models.prices import (
    NOT_NEGATIVE,
    ZERO,
    Bundle,
    Direction,
    ModulePrice,
    Price,
    PriceList,
    TermDiscount,
)
from tenants.billing.models.sums import LedgerDay
from tenants.billing.models.terms import ContractTerm, TemporarySeats

__all__ = [
    "NOT_NEGATIVE",
    "ZERO",
    "Bundle",
    "Charge",
    "ContractTerm",
    "CostLine",
    "Direction",
    "Invoice",
    "InvoiceLine",
    "LedgerDay",
    "ModulePrice",
    "Price",
    "PriceList",
    "Rerating",
    "TemporarySeats",
    "TermDiscount",
    "month_text",
]
