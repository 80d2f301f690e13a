"""The page behind the link in a text message: anybody who has the link gives one mark. It tells nothing of anybody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony.actions.survey_texts import LONGEST_COMMENT, SCORES, answer_text
from telephony.actions.text_services import opt_out
from telephony.models import Survey, SurveyText, TextOptOut
from telephony.queries import texts as queries
from telephony.queries.surveys import answer_of_call
from telephony.texts.links import opened
from tenants.context import current_schema
from tenants.errors import DomainError

MARKS = {
    1: _("very dissatisfied"),
    2: _("dissatisfied"),
    3: _("neither"),
    4: _("satisfied"),
    5: _("very satisfied"),
}


@never_cache
@require_http_methods(["GET", "POST"])
def survey_by_link(request: HttpRequest, code: str) -> HttpResponse:
    """Looking changes nothing: programs that look at links before people do give no mark."""
    text = _text_of(code)
    told: dict[str, Any] = {"problem": "", "longest": LONGEST_COMMENT, "code": code}
    if request.method == "POST":
        try:
            _obey(request, text)
            return redirect("telephony:survey_link", code=code)
        except DomainError as error:
            told["problem"], told["comment"] = (
                error.message,
                request.POST.get("comment", "")[:LONGEST_COMMENT],
            )
    told |= _seen(text)
    answer = render(request, "telephony/own_survey.html", told, status=409 if told["problem"] else 200)
    # The code in the address goes to nobody else. With "no-referrer" no form passes.
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _text_of(code: str) -> SurveyText:
    """What we signed for this tenant and has not been taken away; anything else is not there."""
    found = opened(current_schema(), code)
    text = queries.survey_text(found.text_id) if found else None
    if text is None:
        raise Http404
    return text


def _obey(request: HttpRequest, text: SurveyText) -> None:
    now = timezone.now()
    if "stop" in request.POST:
        opt_out(number=text.number, source=TextOptOut.Source.LINK, at=now)
        return
    said = request.POST.get("score", "")
    score = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else -1
    answer_text(text_id=text.pk, score=score, comment=request.POST.get("comment", ""), at=now)


def _seen(text: SurveyText) -> dict[str, Any]:
    answer = answer_of_call(text.call_id)
    is_csat = text.survey.scale == Survey.Scale.CSAT
    return {
        "is_answered": answer is not None and answer.score is not None,
        "is_ended": not text.may_be_answered(timezone.now()),
        "wants_no_more": queries.wants_no_texts(text.number),
        "is_csat": is_csat,
        "marks": [(mark, MARKS[mark] if is_csat else "") for mark in SCORES[Survey.Scale(text.survey.scale)]],
        "asks_comment": text.survey.asks_comment,
    }
