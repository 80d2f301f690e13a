"""Pages of what comes after a call: follow-ups and what callers said; and the canary."""

from django.urls import path

from telephony.console import audio, canary, follow_ups, planned_work

urlpatterns = [
    path("canary/", canary.canary_page, name="canary"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow_ups"),
    path("follow-ups/plan/", planned_work.plan, name="follow_up_plan"),
    path("follow-ups/mine/", planned_work.mine, name="own_work"),
    path("follow-ups/<int:follow_up_id>/<str:act>/", follow_ups.act_on, name="follow_up_act"),
    path("survey-comments/<int:answer_id>/audio", audio.comment_audio, name="comment_audio"),
]
