"""Every write about service, by subject."""
