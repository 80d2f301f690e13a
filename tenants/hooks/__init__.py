"""Events told to a tenant's own systems: endpoints, the outbox, and the sender. See README.md."""
