"""Every read about service, by subject."""
