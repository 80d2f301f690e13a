"""Every write about agreements, by subject."""
