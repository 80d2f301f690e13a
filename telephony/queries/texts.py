"""Text messages: the services, what is to be sent, what became of it, and who wants none."""

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet

from telephony.models import Call, Survey, SurveyAnswer, SurveyText, TextOptOut, TextService

State = SurveyText.State
ASKED_AGAIN_AFTER = timedelta(days=7)
"""One number is asked no sooner."""
WINDOW = timedelta(minutes=30)
"""Calls that ended longer ago are not asked about any more."""
LONGEST_CALL = timedelta(hours=6)
_LEFT = (State.SENDING, State.SENT, State.UNSURE)


def text_services() -> QuerySet[TextService]:
    return TextService.objects.order_by("-is_used", "name")


def text_service(service_id: int) -> TextService | None:
    return TextService.objects.filter(pk=service_id).first()


def service_in_use() -> TextService | None:
    return TextService.objects.filter(is_used=True).first()


def surveys_by_text() -> list[Survey]:
    """In use, by name: of a queue's surveys the first is asked."""
    found = Survey.objects.filter(is_active=True, asked_by=Survey.AskedBy.TEXT).prefetch_related("queues")
    return list(found.order_by("name"))


def calls_to_ask(queue_ids: list[int], at: datetime) -> QuerySet[Call]:
    """Calls of these queues that ended just now after a talk and were asked nothing yet, by keys or by text."""
    asked, texted = (
        SurveyAnswer.objects.filter(call=OuterRef("pk")),
        SurveyText.objects.filter(call=OuterRef("pk")),
    )
    return (
        Call.objects.filter(
            queue_id__in=queue_ids,
            arrived_at__gte=at - WINDOW - LONGEST_CALL,
            ended_at__gte=at - WINDOW,
            ended_at__lte=at,
            exit=Call.Exit.ANSWERED,
            direction=Call.Direction.INBOUND,
        )
        .filter(~Exists(asked), ~Exists(texted))
        .order_by("ended_at")
    )


def texts_due(at: datetime, limit: int) -> list[int]:
    """Ids, the longest waiting first."""
    found = SurveyText.objects.filter(state=State.WAITING, due_at__lte=at).order_by("due_at", "pk")
    return list(found.values_list("pk", flat=True)[:limit])


def was_asked_lately(number: str, at: datetime) -> bool:
    since = at - ASKED_AGAIN_AFTER
    found = SurveyText.objects.filter(number=number, created_at__gte=since)
    return found.filter(state__in=(State.WAITING, *_LEFT)).exists()


def wants_no_texts(number: str) -> bool:
    return TextOptOut.objects.filter(number=number).exists()


def survey_text(text_id: int) -> SurveyText | None:
    return SurveyText.objects.select_related("survey").filter(pk=text_id).first()


def texts(state: str = "") -> QuerySet[SurveyText]:
    """Newest first."""
    found = SurveyText.objects.select_related("survey", "queue", "call__survey_answer").order_by(
        "-created_at", "-pk"
    )
    return found.filter(state=state) if state else found


def texts_by_state(since: datetime) -> dict[str, int]:
    found = SurveyText.objects.filter(created_at__gte=since).order_by().values("state")
    return dict(found.annotate(many=Count("pk")).values_list("state", "many"))


def opt_outs() -> QuerySet[TextOptOut]:
    return TextOptOut.objects.select_related("added_by").order_by("-added_at", "-pk")
