"""The connection to PostgreSQL: which schema it looks into, and how much of the fleet one backend may remember."""
