"""Whose it is, and on what terms: tenants, members, plans, contracts, numbers, and what every floor shares."""
