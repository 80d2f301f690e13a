"""Every write of quality, by subject."""

from quality.actions.scores import (
    CallAlreadyScored,
    CallHasNoAgent,
    GivenPoints,
    ItemDraft,
    ScorecardIsEmpty,
    ScorecardIsPublished,
    change_items,
    create_scorecard,
    draft_next_version,
    mark_read,
    publish_evaluation,
    publish_scorecard,
)

__all__ = [
    "CallAlreadyScored",
    "CallHasNoAgent",
    "GivenPoints",
    "ItemDraft",
    "ScorecardIsEmpty",
    "ScorecardIsPublished",
    "change_items",
    "create_scorecard",
    "draft_next_version",
    "mark_read",
    "publish_evaluation",
    "publish_scorecard",
]
