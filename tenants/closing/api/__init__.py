"""Bills for machines."""
