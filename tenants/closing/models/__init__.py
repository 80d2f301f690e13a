"""Rows of closing, all in the public schema."""

from tenants.closing.models.bills import Bill, BillLine, BillTax, Series, month_text
from tenants.closing.models.closes import Close, CloseRun
from tenants.closing.models.payments import Payment, Reminder, Suspension
from tenants.closing.models.receivers import Receiver, Telling
from tenants.closing.models.terms import Account, Payer, ReminderPolicy, Seller, TaxRate, TaxRule

__all__ = [
    "Account",
    "Bill",
    "BillLine",
    "BillTax",
    "Close",
    "CloseRun",
    "Payer",
    "Payment",
    "Receiver",
    "Reminder",
    "ReminderPolicy",
    "Seller",
    "Series",
    "Suspension",
    "TaxRate",
    "TaxRule",
    "Telling",
    "month_text",
]
