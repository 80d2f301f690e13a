"""Dates as on our own pages."""
