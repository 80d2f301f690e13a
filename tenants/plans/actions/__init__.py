"""Every write about plans, modules and what follows from them."""

from tenants.plans.actions.modules import settle, settle_all, switch_module

__all__ = ["settle", "settle_all", "switch_module"]
