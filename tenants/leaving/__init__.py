"""How a tenant takes everything along, comes in again elsewhere, is deleted for good; and one person's data."""
