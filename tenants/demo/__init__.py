"""Two demo tenants with people in them; each floor above furnishes its own part through `<app>/demo.py`.

`furnish(cast)` of telephony, ticketing and quality runs inside the tenant's schema, in that order, and may run again.
"""

from tenants.demo.cast import Cast, CastAgent

__all__ = ["Cast", "CastAgent"]
