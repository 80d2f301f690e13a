"""Flows of the usual trades to begin with, each in both languages. They are exports: read as one from elsewhere is.

Every one passes the check once its prompts are spoken and its queues and hours are there.
"""

from telephony.flows.templates import bank, clinic, hotline, logistics, repair, school, shop
from telephony.flows.templates.shape import Template

TEMPLATES: dict[str, Template] = {
    module.TEMPLATE.key: module.TEMPLATE
    for module in (shop, bank, clinic, repair, logistics, hotline, school)
}
"""By key, in the order they are offered."""
