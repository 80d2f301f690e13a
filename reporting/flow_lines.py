"""Each flow with what became of its callers."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.queries import Question
from telephony import queries as telephony
from telephony.queries.flows import flows


@dataclass(frozen=True)
class FlowLine:
    """One flow with what became of its callers in the period."""

    flow_id: int
    name: str
    outcome: telephony.FlowOutcome
    waits: telephony.KeyWaits
    variants: list[telephony.Variant]


def flow_lines(question: Question) -> list[FlowLine]:
    """By name, flows nobody entered too; a flow put away appears while its callers are in the period."""
    period = question.period
    outcomes = telephony.outcome_by_flow(period.start, period.end)
    waits = telephony.key_waits(period.start, period.end)
    return [
        FlowLine(
            flow.pk,
            flow.name,
            outcomes.get(flow.pk, telephony.FlowOutcome()),
            waits.get(flow.pk, telephony.KeyWaits()),
            telephony.variants_of(flow.pk, period.start, period.end) if flow.pk in outcomes else [],
        )
        for flow in flows(with_archived=True)
        if not flow.is_archived or flow.pk in outcomes
    ]
