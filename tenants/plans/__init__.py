"""What a tenant has of the product: modules, quotas, a trial, its colours, notices. All in the public schema."""
