"""Pages of bills: finance's at the operators' hosts, and the tenant's own."""
