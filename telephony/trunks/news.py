"""What switches tell of trunks, and of the legs that go by them → actions."""

from collections.abc import Iterable

from telephony import facts
from telephony.trunks import actions


def take(fact: facts.Fact) -> None:
    if isinstance(fact, facts.LineFailed):
        actions.note_outcome(line=fact.line, cause=fact.cause)
    elif isinstance(fact, facts.LineStated):
        seen = actions.Seen(
            line=fact.line,
            registration=fact.registration,
            is_up=fact.is_up,
            sip_status=fact.sip_status,
            phrase=fact.phrase,
        )
        actions.note_sights(node=fact.node, seen=[seen], at=fact.at)


def take_legs(told: Iterable[facts.Fact]) -> None:
    """Of legs to the outside, after their tenant's rows: by which trunk they go, and that they do no more."""
    for fact in told:
        if isinstance(fact, facts.LegCreated) and fact.line:
            actions.note_leg(leg_id=fact.leg_id, line=fact.line, node=fact.node, at=fact.at)
        elif isinstance(fact, facts.LegHungUp) and fact.line:
            actions.forget_legs([fact.leg_id])
            actions.note_outcome(line=fact.line, cause=fact.cause)
