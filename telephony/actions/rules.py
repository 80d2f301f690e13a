"""Rules of routing are changed by administrators: each change of what a rule says is another version of it."""

from telephony.models import RoutingRule


def number_version(rule: RoutingRule) -> None:
    """One up when the rule to be saved says something else than what is stored. Saving it is the caller's."""
    stored = RoutingRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    if stored is not None:
        rule.version = stored.version + (1 if rule.says_otherwise(stored) else 0)
