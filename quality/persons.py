"""Where customers are in quality's rows (tenants/leaving): in what was understood of a talk, and nowhere else."""

from tenants.leaving.registry import Personal, add_codec, add_impersonal, add_personal
from tenants.leaving.sealed_words import words_column


def connect() -> None:
    add_codec(words_column("quality_phrasecheck", "transcript"))
    add_personal(
        Personal("quality.phrasecheck", through={"call_id": "telephony.call"}, blank=("transcript",)),
    )
    add_impersonal(
        {
            "quality.scorecard.description": "a form",
            "quality.scorecarditem.text": "a form",
            "quality.evaluation.comment": "about an agent",
            "quality.evaluationscore.note": "about an agent",
        }
    )
