from django.urls import path
from rest_framework.routers import SimpleRouter

from telephony.api import (
    callbacks,
    do_not_call,
    emergency,
    floor,
    floor_views,
    flows,
    help,
    interventions,
    keeping,
    messages,
    recordings,
    routing,
    shelf,
    storages,
    supervision,
    truth,
    views,
    waiting,
    what_if,
)

app_name = "telephony_api"
router = SimpleRouter()
router.register("calls", views.CallViewSet, basename="call")
router.register("agents", views.AgentViewSet, basename="agent")
router.register("queues", views.QueueViewSet, basename="queue")
router.register("listenings", supervision.ListeningViewSet, basename="listening")
router.register("moves", floor.MoveViewSet, basename="move")
router.register("queue-alerts", floor.AlertViewSet, basename="queue_alert")
router.register("differences", truth.DifferenceViewSet, basename="difference")
router.register("emergency-plans", emergency.EmergencyPlanViewSet, basename="emergency_plan")
router.register("flows", flows.FlowViewSet, basename="flow")
router.register("groups", routing.GroupViewSet, basename="group")
router.register("working-hours", routing.HoursViewSet, basename="working_hours")
router.register("queue-steps", routing.StepViewSet, basename="queue_step")
router.register("routing-rules", routing.RuleViewSet, basename="routing_rule")
urlpatterns = [
    path("queue-limits/", floor.LimitsView.as_view(), name="queue_limits"),
    path("my-state/", views.MyStateView.as_view(), name="my_state"),
    path("orders/", views.OrderView.as_view(), name="orders"),
    path("what-if/", what_if.WhatIfView.as_view(), name="what_if"),
    path("callbacks/", callbacks.CallbacksView.as_view(), name="callbacks"),
    path("callbacks/kept/", callbacks.KeptView.as_view(), name="callbacks_kept"),
    path(
        "callbacks/<uuid:callback_id>/cancel/",
        callbacks.CancelCallbackView.as_view(),
        name="callback_cancel",
    ),
    path("do-not-call/", do_not_call.DoNotCallView.as_view(), name="do_not_call"),
    path(
        "do-not-call/<int:donotcall_id>/", do_not_call.DoNotCallEntryView.as_view(), name="do_not_call_entry"
    ),
    path("waiting/", waiting.WaitingView.as_view(), name="waiting"),
    path("waiting/<uuid:call_id>/", waiting.WhyView.as_view(), name="why_waiting"),
    path("calls/<uuid:call_id>/pull/", interventions.PullView.as_view(), name="pull"),
    path("calls/<uuid:call_id>/priority/", interventions.ReprioritiseView.as_view(), name="reprioritise"),
    path("calls/<uuid:call_id>/redirect/", interventions.RedirectView.as_view(), name="redirect"),
    path("calls/<uuid:call_id>/escalate/", interventions.EscalateView.as_view(), name="escalate"),
    path("calls/<uuid:call_id>/listen/", supervision.ListenView.as_view(), name="listen"),
    path("calls/<uuid:call_id>/ear/", supervision.EarView.as_view(), name="ear"),
    path(
        "calls/<uuid:call_id>/stop-listening/",
        supervision.StopListeningView.as_view(),
        name="stop_listening",
    ),
    path("calls/<uuid:call_id>/take-over/", supervision.TakeOverView.as_view(), name="take_over"),
    path("calls/<uuid:call_id>/hang-up/", supervision.HangUpCallView.as_view(), name="hang_up"),
    path("agents/<int:agent_id>/state/", supervision.ForcedStateView.as_view(), name="forced_state"),
    path("calls/<uuid:call_id>/recording/", recordings.RecordingActView.as_view(), name="recording_act"),
    path("chat/", messages.ColleaguesView.as_view(), name="chat_colleagues"),
    path("chat/<int:member_id>/", messages.ChatView.as_view(), name="chat"),
    path("chat/<int:member_id>/read/", messages.ReadChatView.as_view(), name="chat_read"),
    path("announcements/", messages.AnnouncementsView.as_view(), name="announcements"),
    path(
        "announcements/<int:announcement_id>/read/",
        messages.ReadAnnouncementView.as_view(),
        name="announcement_read",
    ),
    path(
        "announcements/<int:announcement_id>/end/",
        messages.EndAnnouncementView.as_view(),
        name="announcement_end",
    ),
    path("floor-views/", floor_views.FloorViewsView.as_view(), name="floor_views"),
    path("floor-views/<int:floorview_id>/", floor_views.FloorViewView.as_view(), name="floor_view"),
    path("help/", help.HelpView.as_view(), name="help"),
    path("help/raise/", help.RaiseHandView.as_view(), name="help_raise"),
    path("help/lower/", help.LowerHandView.as_view(), name="help_lower"),
    path("help/<int:help_id>/take/", help.TakeHelpView.as_view(), name="help_take"),
    path("help/<int:help_id>/end/", help.EndHelpView.as_view(), name="help_end"),
    path("holds/", keeping.HoldsView.as_view(), name="holds"),
    path("holds/<int:hold_id>/lift/", keeping.LiftHoldView.as_view(), name="hold_lift"),
    path("purges/", keeping.PurgesView.as_view(), name="purges"),
    path("purges/<int:purge_id>/confirm/", keeping.ConfirmPurgeView.as_view(), name="purge_confirm"),
    path("purges/<int:purge_id>/refuse/", keeping.RefusePurgeView.as_view(), name="purge_refuse"),
    path("recordings/", shelf.RecordingsView.as_view(), name="recordings"),
    path("retention/", keeping.RetentionView.as_view(), name="retention"),
    path("retention/runs/", keeping.RetentionRunsView.as_view(), name="retention_runs"),
    path("storages/", storages.StoragesView.as_view(), name="storages"),
    path("storages/<int:storage_id>/", storages.StorageView.as_view(), name="storage"),
    path("storages/<int:storage_id>/try/", storages.TryStorageView.as_view(), name="storage_try"),
    path("storage/", storages.KeptStateView.as_view(), name="storage_state"),
    *router.urls,
]
