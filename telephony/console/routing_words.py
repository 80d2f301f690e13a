"""Facts, rules, steps and changes of routing in the reader's words. Callers' numbers are masked wherever they occur."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from telephony.console.names import Names
from telephony.models import Queue
from telephony.models.groups import OpeningTime
from telephony.regions import country_words, region_words
from telephony.routing.rule_check import COLLECTED
from tenants.masking import mask_number
from tenants.templatetags.shell import duration

Pairs = Iterable[Iterable[int]]

SHOWN_PREFIX = 7
"""Digits of a caller's number a rule may show: more would tell whose it is."""


# ---- facts


def fact_labels() -> dict[str, str]:
    """The facts a rule may ask about, in the order in which they are shown."""
    return {
        "number": _("Number dialled"),
        "caller_number": _("Caller's number"),
        "country": _("Country"),
        "region": _("Region"),
        "level": _("Customer level"),
        "tags": _("Tags"),
        "language": _("Language"),
        "weekday": _("Weekday"),
        "time": _("Time of day"),
        "queue_id": _("Queue"),
        "waiting": _("Number of callers waiting"),
    }


def fact_label(name: str) -> str:
    """Also of what a flow collected, by its name there; a field nobody knows is shown as it is."""
    collected = COLLECTED.fullmatch(name)
    if collected:
        return _("What the flow collected as “%(name)s”") % {"name": collected[1]}
    return fact_labels().get(name, name)


def told_facts(facts: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """(label, value) of every fact that was collected; what is not known is a dash."""
    shown = [name for name in fact_labels() if name in facts]
    shown += sorted(name for name in facts if COLLECTED.fullmatch(name))
    return [(fact_label(name), _value(name, facts[name], names)) for name in shown]


def _value(name: str, value: Any, names: Names) -> str:
    if value is None or value in ("", [], ()):
        return "–"
    if isinstance(value, (list, tuple)):
        return _(", ").join(_value(name, one, names) for one in value)
    if name == "caller_number":
        return _masked(str(value))
    if name == "queue_id":
        return names.queue(value)
    if name == "weekday" and value in range(7):
        return str(OpeningTime.Weekday(value).label)
    if name == "language":
        return {"zh": _("Chinese"), "en": _("English")}.get(str(value)[:2].lower(), str(value))
    if name == "level":
        return told_level(str(value))
    return _place(name, str(value))


def _place(name: str, value: str) -> str:
    words = {"region": region_words, "country": country_words}.get(name)
    return words(value, get_language() or "en") if words else value


def _masked(number: str) -> str:
    return number if len(number.lstrip("+")) <= SHOWN_PREFIX else mask_number(number)


def told_level(level: str) -> str:
    """A customer's level; a level nobody has told us of is shown as it is."""
    return {
        "standard": _("Standard"),
        "silver": _("Silver"),
        "gold": _("Gold"),
        "vip": _("VIP"),
    }.get(level, level)


# ---- rules


def op_labels() -> dict[str, str]:
    """How a condition compares, as choices for whoever writes one."""
    return {
        "is": _("is"),
        "is_not": _("is not"),
        "one_of": _("is one of"),
        "none_of": _("is none of"),
        "starts_with": pgettext("routing rule", "begins with"),
        "at_least": _("is at least"),
        "at_most": _("is at most"),
        "between": _("is between"),
        "has": _("include"),
        "has_not": _("do not include"),
    }


def told_condition(condition: Mapping[str, Any], names: Names) -> str:
    """`{"field": "level", "op": "is", "value": "vip"}` → "Customer level is VIP"."""
    name, op, value = condition.get("field", ""), condition.get("op", ""), condition.get("value")
    words = {
        "is": _("%(field)s is %(value)s"),
        "is_not": _("%(field)s is not %(value)s"),
        "one_of": _("%(field)s is one of %(value)s"),
        "none_of": _("%(field)s is none of %(value)s"),
        "starts_with": _("%(field)s begins with %(value)s"),
        "at_least": _("%(field)s is at least %(value)s"),
        "at_most": _("%(field)s is at most %(value)s"),
        "has": _("%(field)s include %(value)s"),
        "has_not": _("%(field)s do not include %(value)s"),
    }
    label = fact_label(name)
    if op == "between" and isinstance(value, (list, tuple)) and len(value) == 2:
        first, last = (_value(name, one, names) for one in value)
        return _("%(field)s is between %(first)s and %(last)s") % {
            "field": label,
            "first": first,
            "last": last,
        }
    return words.get(op, "%(field)s: %(value)s") % {"field": label, "value": _value(name, value, names)}


def told_failure(condition: Mapping[str, Any], facts: Mapping[str, Any], names: Names) -> str:
    """The condition that did not hold, and what was found instead."""
    name = condition.get("field", "")
    found = _value(name, facts.get(name), names)
    return _("asked: %(condition)s; found: %(found)s") % {
        "condition": told_condition(condition, names),
        "found": _("nothing") if found == "–" else found,
    }


def told_effect(effect: Mapping[str, Any], names: Names) -> str:
    do, seconds = effect.get("do"), effect.get("for_seconds")
    if do == "priority":
        return told_priority(int(effect.get("seconds", 0)))
    if do == "queue":
        return _("to the queue %(queue)s") % {"queue": names.queue(effect.get("queue_id"))}
    if do == "group":
        return _lasting(
            _("only agents of %(group)s") % {"group": names.group(effect.get("group_id"))}, seconds
        )
    if do == "agent":
        return _lasting(_("only %(agent)s") % {"agent": names.agent(effect.get("agent_id"))}, seconds)
    if do == "skill":
        pair = [[effect.get("skill_id", 0), effect.get("level", 0)]]
        return told_skills(pair, names, is_preferred=bool(effect.get("is_preferred")))[0]
    return str(do)


def _lasting(asked: str, seconds: float | None) -> str:
    if not seconds:
        return asked
    return _("%(asked)s for the first %(time)s") % {"asked": asked, "time": duration(seconds)}


def in_a_row(parts: Iterable[str]) -> str:
    """Phrases one after the other."""
    return _("; ").join(parts)


def told_priority(seconds: int) -> str:
    if seconds < 0:
        return _("counts as having waited %(time)s less") % {"time": duration(-seconds)}
    return _("counts as having waited %(time)s longer") % {"time": duration(seconds)}


def told_skills(pairs: Pairs, names: Names, *, is_preferred: bool = False) -> list[str]:
    words = _("%(skill)s %(level)s or more preferred") if is_preferred else _("%(skill)s %(level)s or more")
    return [words % {"skill": names.skill(skill), "level": level} for skill, level in pairs]


# ---- what a call asks for


def told_asking(asked: Mapping[str, Any], names: Names) -> str:
    """Whom a call may be given to, in one phrase: the asks of a stay, or one of its steps."""
    if asked.get("target_agent") is not None:
        return _("only %(agent)s") % {"agent": names.agent(asked["target_agent"])}
    parts = []
    if asked.get("group") is not None:
        parts.append(_("only agents of %(group)s") % {"group": names.group(asked["group"])})
    parts += told_skills(asked.get("requirements", ()), names)
    parts += told_skills(asked.get("preferred", ()), names, is_preferred=True)
    parts += [
        _("also agents of the queue %(queue)s") % {"queue": names.queue(queue)}
        for queue in asked.get("queues", ())
    ]
    return in_a_row(parts) if parts else _("every agent of the queue")


def told_step(asks: Mapping[str, Any], step: int, names: Names) -> str:
    """What it asks at a step: 0 is the beginning, n is `steps[n - 1]`."""
    steps = sorted(asks.get("steps", ()), key=lambda one: one["after"])
    return told_asking(asks if step == 0 or step > len(steps) else steps[step - 1], names)


def told_steps(asks: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """(from which moment of waiting on, whom it asks), in order."""
    steps = sorted(asks.get("steps", ()), key=lambda one: one["after"])
    return [
        ("0:00", told_asking(asks, names)),
        *((duration(s["after"]), told_asking(s, names)) for s in steps),
    ]


def told_strategy(asks: Mapping[str, Any]) -> str:
    strategy = asks.get("strategy", "")
    if strategy in Queue.Strategy.values:
        return str(Queue.Strategy(strategy).label)
    return str(strategy)


# ---- how long


def told_expectation(seconds: float | None) -> str:
    """In steps a caller can use: nobody is promised a second."""
    if seconds is None:
        return _("nobody at work who could take it")
    if seconds < 15:
        return _("at once")
    minutes = round(seconds / 60)
    if seconds < 50:
        return _("under a minute")
    return ngettext("about %(minutes)s minute", "about %(minutes)s minutes", minutes) % {
        "minutes": max(1, minutes)
    }
