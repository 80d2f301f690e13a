"""Which worker may act for which switches, and what no tenant could be found for."""
