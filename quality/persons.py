"""What of quality only looks like customers' data (tenants/leaving): it is about agents and forms."""

from tenants.leaving.registry import add_impersonal


def connect() -> None:
    add_impersonal(
        {
            "quality.scorecard.description": "a form",
            "quality.scorecarditem.text": "a form",
            "quality.evaluation.comment": "about an agent",
            "quality.evaluationscore.note": "about an agent",
        }
    )
