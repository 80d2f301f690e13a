"""Every write of closing."""
