"""Pages of quality."""

from django.urls import path

from quality.console import evaluations, phrases, scorecards

app_name = "quality"

urlpatterns = [
    path("quality/", evaluations.evaluation_list, name="evaluations"),
    path("quality/calls/", evaluations.calls_to_score, name="calls_to_score"),
    path("quality/calls/<uuid:call_id>/", evaluations.score_call, name="score_call"),
    path("quality/calls/<uuid:call_id>/phrases/", phrases.phrases_of_call, name="phrases_of_call"),
    path("quality/phrases/", phrases.phrase_list, name="phrases"),
    path("quality/phrases/listening/", phrases.phrase_listening, name="phrase_listening"),
    path("quality/phrases/<int:verdict_id>/overrule/", phrases.overrule_phrase, name="overrule_phrase"),
    path("quality/evaluations/<int:evaluation_id>/", evaluations.evaluation_page, name="evaluation"),
    path("quality/scorecards/", scorecards.scorecard_list, name="scorecards"),
    path("quality/scorecards/new/", scorecards.new_scorecard, name="new_scorecard"),
    path("quality/scorecards/<int:scorecard_id>/", scorecards.scorecard_page, name="scorecard"),
    path("quality/scorecards/<int:scorecard_id>/publish/", scorecards.publish, name="publish_scorecard"),
    path("quality/scorecards/<int:scorecard_id>/next/", scorecards.next_version, name="next_version"),
]
