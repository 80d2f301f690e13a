"""Rules of routing are changed by administrators: each change of what a rule says is another version of it."""

from django.db import transaction

from telephony.actions.setup import floor_changed
from telephony.models import RoutingRule


@transaction.atomic
def keep_rule(rule: RoutingRule) -> RoutingRule:
    """Saves it under its version; pages and the worker hear of it."""
    number_version(rule)
    rule.save()
    floor_changed()
    return rule


def number_version(rule: RoutingRule) -> None:
    """One up when the rule to be saved says something else than what is stored."""
    stored = RoutingRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    if stored is not None:
        rule.version = stored.version + (1 if rule.says_otherwise(stored) else 0)
