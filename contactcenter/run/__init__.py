"""`make run`: every process of the product on one machine, started in order and stopped together."""
