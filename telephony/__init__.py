"""Calls and the people who take them."""
