"""Tags of bills."""
