"""Pages of telephony at a tenant's host."""

from django.urls import path

from telephony.console import audio, calls, floor, voicemails, workspace

app_name = "telephony"

urlpatterns = [
    path("workspace/", workspace.workspace, name="workspace"),
    path("floor/", floor.floor, name="floor"),
    path("figures/", floor.definitions, name="figures"),
    path("calls/", calls.call_list, name="calls"),
    path("calls/<uuid:call_id>/", calls.call_page, name="call"),
    path("calls/<uuid:call_id>/number/", calls.reveal_number, name="reveal_caller"),
    path("calls/<uuid:call_id>/disposition/", calls.dispose, name="dispose"),
    path("recordings/<uuid:recording_id>/audio", audio.recording_audio, name="recording_audio"),
    path("voicemails/", voicemails.voicemail_list, name="voicemails"),
    path("voicemails/<uuid:voicemail_id>/audio", audio.voicemail_audio, name="voicemail_audio"),
]
