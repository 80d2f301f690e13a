"""The operators' first page: how the fleet is, what it does, what it earns, and what somebody should look at."""
