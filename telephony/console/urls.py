"""Pages of telephony at a tenant's host."""

from django.urls import path

from telephony.console import audio, calls, floor, interventions, voicemails, waiting, what_if, workspace

app_name = "telephony"

urlpatterns = [
    path("workspace/", workspace.workspace, name="workspace"),
    path("floor/", floor.floor, name="floor"),
    path("waiting/", waiting.waiting_list, name="waiting"),
    path("waiting/rows/", waiting.waiting_rows, name="waiting_rows"),
    path("waiting/<uuid:call_id>/why/", waiting.why_not_yet, name="why_not_yet"),
    path("waiting/<uuid:call_id>/<str:act>/", interventions.intervention, name="intervention"),
    path("what-if/", what_if.what_if, name="what_if"),
    path("figures/", floor.definitions, name="figures"),
    path("calls/", calls.call_list, name="calls"),
    path("calls/<uuid:call_id>/", calls.call_page, name="call"),
    path("calls/<uuid:call_id>/number/", calls.reveal_number, name="reveal_caller"),
    path("calls/<uuid:call_id>/disposition/", calls.dispose, name="dispose"),
    path("recordings/<uuid:recording_id>/audio", audio.recording_audio, name="recording_audio"),
    path("voicemails/", voicemails.voicemail_list, name="voicemails"),
    path("voicemails/<uuid:voicemail_id>/audio", audio.voicemail_audio, name="voicemail_audio"),
]
