"""Every write about leaving, by subject."""
