"""Months closed, bills issued and frozen, tax, payments, reminders. All tables are in the public schema."""
