"""Every read of quality that is longer than a line, by subject."""

from quality.queries.scores import (
    CallChoice,
    calls_to_score,
    evaluations,
    evaluations_of_call,
    mean_percent,
    mean_percent_by_agent,
    published_scorecards,
    scorecard,
    scorecards,
    unread_evaluations,
    visible_evaluations,
)

__all__ = [
    "CallChoice",
    "calls_to_score",
    "evaluations",
    "evaluations_of_call",
    "mean_percent",
    "mean_percent_by_agent",
    "published_scorecards",
    "scorecard",
    "scorecards",
    "unread_evaluations",
    "visible_evaluations",
]
