"""What a flow asks of a tenant's own service while a caller waits: with limits of time, size and number."""
