"""Pages of telephony at a tenant's host."""

from django.urls import path, re_path

from telephony.console import (
    aftercall_urls,
    audio,
    calls,
    emergency,
    floor,
    interventions,
    prompt_urls,
    truth,
    voicemails,
    waiting,
    what_if,
    workspace,
)

app_name = "telephony"

urlpatterns = [
    path("workspace/", workspace.workspace, name="workspace"),
    path("floor/", floor.floor, name="floor"),
    path("waiting/", waiting.waiting_list, name="waiting"),
    path("waiting/rows/", waiting.waiting_rows, name="waiting_rows"),
    path("waiting/<uuid:call_id>/why/", waiting.why_not_yet, name="why_not_yet"),
    path("waiting/<uuid:call_id>/<str:act>/", interventions.intervention, name="intervention"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("emergency/new/", emergency.plan_form, name="emergency_new"),
    path("emergency/<int:plan_id>/", emergency.plan_form, name="emergency_plan"),
    path("emergency/<int:plan_id>/delete/", emergency.delete, name="emergency_delete"),
    path("emergency/<int:plan_id>/drill/", emergency.drill, name="emergency_drill"),
    re_path(
        r"^emergency/(?P<plan_id>[0-9]{1,9})/(?P<to>on|off)/$", emergency.switch, name="emergency_switch"
    ),
    path("what-if/", what_if.what_if, name="what_if"),
    path("truth/", truth.truth_page, name="truth"),
    path("truth/now/", truth.truth_now, name="truth_now"),
    path("figures/", floor.definitions, name="figures"),
    path("calls/", calls.call_list, name="calls"),
    path("calls/<uuid:call_id>/", calls.call_page, name="call"),
    path("calls/<uuid:call_id>/number/", calls.reveal_number, name="reveal_caller"),
    path("calls/<uuid:call_id>/disposition/", calls.dispose, name="dispose"),
    path("recordings/<uuid:recording_id>/audio", audio.recording_audio, name="recording_audio"),
    *prompt_urls.urlpatterns,
    path("voicemails/", voicemails.voicemail_list, name="voicemails"),
    path("voicemails/<uuid:voicemail_id>/audio", audio.voicemail_audio, name="voicemail_audio"),
    *aftercall_urls.urlpatterns,
]
