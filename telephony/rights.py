"""What telephony adds to the matrix of rights: its policies in words, its sockets and orders, and who leads whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from telephony import policies
from telephony.models import Agent, Device, QueueAgent
from telephony.queries.calls import visible_calls
from telephony.queries.supervision import agents_led_by
from telephony.queries.teams import agents_of_mentees, scope_of
from tenants.people.foretelling import add_figures, add_touched
from tenants.people.matrix import OTHER, Speaking, add_road
from tenants.people.queries.teams import led_teams, mentees_of
from tenants.people.rights import Right, add_grounds, add_rights

SEEN_BACK = timedelta(days=7)
CALLS, FLOOR, FLOWS, RECORDINGS = _("Calls"), _("Floor"), _("Call flows"), _("Recordings")
RIGHTS = (
    Right(CALLS, _("Work in the workspace, take and make calls"), policies.can_work),
    Right(CALLS, _("See the calls one took oneself"), policies.can_see_calls),
    Right(CALLS, _("See the calls of the teams one leads"), policies.can_see_calls_of_team),
    Right(CALLS, _("See all calls, or those of the groups and teams one leads"), policies.can_see_every_call),
    Right(CALLS, _("Show callers' whole numbers, each time written down"), policies.can_see_full_numbers),
    Right(CALLS, _("Keep the do-not-call list"), policies.can_keep_do_not_call),
    Right(CALLS, _("Call a number of the do-not-call list, with a reason"), policies.can_pass_do_not_call),
    Right(RECORDINGS, _("Take recordings along as files"), policies.can_download),
    Right(FLOOR, _("See the live floor"), policies.can_see_floor),
    Right(FLOOR, _("Pull, move and redirect waiting calls"), policies.can_intervene),
    Right(
        FLOOR, _("Listen in, whisper, barge in, take over, hang up, force a state"), policies.can_supervise
    ),
    Right(FLOOR, _("Listen silently to those whose mentor one is"), policies.can_mentor),
    Right(FLOWS, _("See call flows"), policies.can_see_flows),
    Right(FLOWS, _("Draw drafts of call flows and try them"), policies.can_edit_flows),
    Right(FLOWS, _("Publish call flows and lead numbers to them"), policies.can_publish_flows),
    Right(_("Settings"), _("See queues, agents, rules and hours"), policies.can_look_at_configuration),
    Right(_("Settings"), _("Change queues, agents, rules and hours"), policies.can_configure),
)


@dataclass(frozen=True)
class _Asked:
    """An order, as far as a policy looks at it."""

    type: str


def connect() -> None:
    add_rights(*RIGHTS)
    add_grounds(sentences)
    add_figures(figures)
    add_touched(open_now)
    add_road(Speaking("/ws/workspace/", _workspace_messages, _may_say_in_workspace))
    add_road(Speaking("/ws/floor/", _floor_messages, _may_say_on_floor))
    add_road(Speaking("/api/v1/orders/", _api_orders, _may_order))


def figures(member: Any) -> Iterator[tuple[str, int]]:
    """What somebody sees and reaches, counted: of a change of rights both sides are told."""
    seen = visible_calls(member).filter(arrived_at__gte=timezone.now() - SEEN_BACK)
    yield gettext("Calls of the last seven days they see"), seen.count()
    led = agents_led_by(member) if policies.can_supervise(member) else frozenset()
    everybody = Agent.objects.filter(is_active=True)
    yield (
        gettext("Agents they may listen to and set states of"),
        (everybody if led is None else everybody.filter(pk__in=led)).count(),
    )
    yield gettext("Agents whose mentor they are"), len(agents_of_mentees(member))
    yield (
        gettext("Queues whose calls they take"),
        QueueAgent.objects.filter(agent__member_id=member.pk, agent__is_active=True).count(),
    )


def open_now(member: Any, is_signed_out: bool) -> Iterator[str]:
    """Pages, telephones and the talk of this moment; nothing of a member who works in no queue."""
    if not is_signed_out:
        return
    yield gettext("Every page and socket of theirs ends now; they sign in again.")
    agent = Agent.objects.filter(member_id=member.pk, is_active=True).first()
    if agent is None:
        return
    pages = Device.objects.filter(agent=agent, kind=Device.Kind.WEB).count()
    if pages:
        said = ngettext(
            "%(n)s page with a telephone is open.", "%(n)s pages with a telephone are open.", pages
        )
        yield said % {"n": pages}
    if agent.activity in (Agent.Activity.TALKING, Agent.Activity.HOLD):
        yield gettext(
            "They are in a talk. By an IP phone or an outside number it goes on; by the page's it breaks off."
        )
    elif agent.presence == Agent.Presence.ONLINE:
        yield gettext("They are signed in on the floor and take calls again once they have signed in.")


def sentences(member: Any) -> Iterator[str]:
    """What this person leads, whom they mentor, and what their seat is narrowed to."""
    groups = [group.name for group in member.led_groups.order_by("name")]
    teams = [team.name for team in member.led_teams.order_by("name")]
    below = len(led_teams(member)) - len(teams)
    if groups:
        yield gettext("Leads the groups %(names)s: sees and hears their calls.") % {
            "names": ", ".join(groups)
        }
    if teams:
        said = gettext(
            "Leads the teams %(names)s and %(count)s below them: sees their calls, recordings and QA."
        )
        yield said % {"names": ", ".join(teams), "count": below}
    if mentees := [mentee.name for mentee in mentees_of(member)]:
        yield gettext("Mentor of %(names)s: may listen to their calls, silently.") % {
            "names": ", ".join(mentees)
        }
    yield from _narrowed(member)


def _narrowed(member: Any) -> Iterator[str]:
    scope = scope_of(member)
    if scope.queues is not None:
        names = ", ".join(_names_of_queues(scope.queues))
        yield gettext("The seat is narrowed to the queues %(names)s.") % {"names": names}
    if scope.agents is not None:
        yield gettext("The seat is narrowed to the %(count)s agents of some groups.") % {
            "count": len(scope.agents)
        }


def _names_of_queues(ids: Iterable[int]) -> list[str]:
    from telephony.models import Queue

    return list(Queue.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True))


# ---- sockets and orders: the very sets and policies that the roads themselves ask


def _workspace_messages() -> Iterable[str]:
    from telephony.consumers import WORKSPACE_ORDERS

    return WORKSPACE_ORDERS


def _floor_messages() -> Iterable[str]:
    from telephony.consumers import FLOOR_ORDERS

    return FLOOR_ORDERS


def _api_orders() -> Iterable[str]:
    from telephony.api.shapes import OrderSerializer

    kinds: Any = OrderSerializer().fields["type"]
    return set(kinds.choices)


def _may_say_in_workspace(member: Any, message: str, about: str) -> bool:
    """Nobody speaks for somebody else in there."""
    return policies.can_work(member) and about != OTHER and (not message or _may(member, message, about))


def _may_say_on_floor(member: Any, message: str, about: str) -> bool:
    return policies.can_see_floor(member) and (not message or _may(member, message, about))


def _may_order(member: Any, message: str, about: str) -> bool:
    return policies.can_work(member) and (not message or _may(member, message, about))


def _may(member: Any, message: str, about: str) -> bool:
    agent = Agent(member_id=0 if about == OTHER else member.pk)
    return policies.can_order(member, _Asked(message), agent)
