"""How an emergency plan is told: whose it is, where it sends callers, and what switching it does, in numbers."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from telephony import queries
from telephony.models import EmergencyPlan, EmergencySwitch
from tenants.context import current_tenant
from tenants.numbers import format_number

OUTCOMES = {
    "by_call": gettext_noop("a test call went the new way"),
    "by_question": gettext_noop("the switch was told the new way; no test call could be made"),
    "not_seen": gettext_noop("not seen within 10 s"),
    "not_ended": gettext_noop("broken off; ended by itself"),
    "no_worker": gettext_noop("telephony did not answer"),
    "running": gettext_noop("goes on"),
    "": gettext_noop("not measured"),
}


def number(stored: str) -> str:
    return format_number(stored, str(current_tenant().country))


def title(plan: EmergencyPlan) -> str:
    return number(plan.entry.number_e164) if plan.entry else _("Every number of the company")


def way(plan: EmergencyPlan) -> str:
    """Where callers go while it is on."""
    if plan.action == EmergencyPlan.Action.BACKUP_LINE:
        return _("Callers are sent to %(number)s.") % {"number": number(plan.backup_number)}
    if plan.queue is not None:
        return _("Callers wait in the queue %(queue)s.") % {"queue": plan.queue.name}
    return _("Callers hear the emergency message, then the call ends.")


def outcome(row: EmergencySwitch) -> str:
    return _(OUTCOMES.get(row.outcome, row.outcome))


def effect_of_switching(plan: EmergencyPlan, is_on: bool, told_way: str = "") -> list[str]:
    """What happens, one sentence each. `told_way`: for readers who may not see the plan's inside."""
    effect = queries.effect_of(plan)
    count = len(effect.numbers)
    if is_on:
        turned = ngettext(
            "From the next call on, %(count)s number goes another way: %(numbers)s.",
            "From the next call on, %(count)s numbers go another way: %(numbers)s.",
            count,
        )
        lines = [turned % {"count": count, "numbers": _listed(effect.numbers)}, told_way or way(plan)]
    else:
        back = ngettext(
            "From the next call on, %(count)s number goes its usual way again: %(numbers)s.",
            "From the next call on, %(count)s numbers go their usual way again: %(numbers)s.",
            count,
        )
        lines = [back % {"count": count, "numbers": _listed(effect.numbers)}]
    return [*lines, _untouched(effect.live_calls, effect.waiting_calls)]


def effect_of_drilling(plan: EmergencyPlan) -> list[str]:
    effect = queries.effect_of(plan)
    return [
        _(
            "For the seconds of the drill, 30 at most, callers of %(numbers)s really go the new way. "
            "It ends by itself and everything is as before."
        )
        % {"numbers": _listed(effect.numbers)},
        way(plan),
        _("One test call is made by the system. It rings nobody, waits in no queue and costs nothing."),
        _untouched(effect.live_calls, effect.waiting_calls),
    ]


def _untouched(live: int, waiting: int) -> str:
    return _("%(live)s live calls, %(waiting)s of them waiting, are not touched.") % {
        "live": live,
        "waiting": waiting,
    }


def _listed(numbers: tuple[str, ...], most: int = 5) -> str:
    shown = [number(one) for one in numbers[:most]]
    more = len(numbers) - len(shown)
    separator = _(", ")
    text = separator.join(shown) or _("none")
    return _("%(numbers)s and %(more)s more") % {"numbers": text, "more": more} if more else text
