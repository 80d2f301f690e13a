"""What pages say of papers and of calls outside a number's terms."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from telephony.number_limits import Verdict, place_words

MEANINGS = {"valid": ("good", "●"), "ending": ("warning", "◷"), "over": ("danger", "▲")}


def papers_told(papers: Iterable[Any], day: date) -> list[dict[str, Any]]:
    """[{paper, meaning, mark, words}]"""
    return [_told(one, day) for one in papers]


def _told(one: Any, day: date) -> dict[str, Any]:
    state = one.state_on(day)
    meaning, mark = MEANINGS[state]
    words = {
        "valid": _("valid"),
        "ending": _("ends in %(days)s days"),
        "over": _("ran out"),
    }[state]
    if state == "ending":
        words = words % {"days": (one.expires_on - day).days}
    return {"paper": one, "meaning": meaning, "mark": mark, "words": words}


def verdict_words(verdict: Verdict, language: str) -> str:
    if verdict.why == "use":
        return _("the number is not permitted for this direction")
    if not verdict.place:
        return _("the other side has no known region")
    return _("%(place)s is not among its regions") % {"place": place_words(verdict.place, language)}
