"""Pages of telephony at a tenant's host."""

from django.urls import path, re_path

from telephony.console import (
    aftercall_urls,
    audio,
    callback_urls,
    calls,
    dialling_urls,
    emergency,
    floor_urls,
    flow_editor,
    flow_versions,
    flows,
    interventions,
    message_urls,
    page_phone,
    people_urls,
    phone_urls,
    prompt_urls,
    recording_urls,
    text_urls,
    truth,
    vault_urls,
    voicemails,
    waiting,
    what_if,
    workspace,
)

app_name = "telephony"

urlpatterns = [
    path("workspace/", workspace.workspace, name="workspace"),
    path("workspace/phone/", page_phone.page_phone, name="page_phone"),
    *floor_urls.urlpatterns,
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
    path("flows/", flows.flow_list, name="flows"),
    path("flows/new/", flows.new_flow, name="flow_new"),
    path("flows/<int:flow_id>/", flow_editor.editor, name="flow"),
    path("flows/<int:flow_id>/draft/", flow_editor.keep_draft, name="flow_draft"),
    path("flows/<int:flow_id>/check/", flow_editor.check_draft, name="flow_check"),
    path("flows/<int:flow_id>/walk/", flow_editor.walk_draft, name="flow_walk"),
    path("flows/<int:flow_id>/prompt/", flow_editor.write_prompt, name="flow_prompt"),
    path("flows/<int:flow_id>/export/", flows.export, name="flow_export"),
    path("flows/<int:flow_id>/numbers/", flows.numbers, name="flow_numbers"),
    path("flows/<int:flow_id>/name/", flows.rename, name="flow_name"),
    re_path(
        r"^flows/(?P<flow_id>[0-9]{1,9})/(?P<to>archive|restore)/$", flows.put_away, name="flow_put_away"
    ),
    path("flows/<int:flow_id>/publish/", flow_versions.publish, name="flow_publish"),
    path("flows/<int:flow_id>/versions/", flow_versions.versions, name="flow_versions"),
    path("flows/<int:flow_id>/versions/<int:number>/", flow_versions.version, name="flow_version"),
    path("flows/<int:flow_id>/versions/<int:number>/back/", flow_versions.roll_back, name="flow_roll_back"),
    path("flows/<int:flow_id>/versions/<int:number>/draw/", flow_versions.draw_on, name="flow_draw_on"),
    path("what-if/", what_if.what_if, name="what_if"),
    path("truth/", truth.truth_page, name="truth"),
    path("truth/now/", truth.truth_now, name="truth_now"),
    path("calls/", calls.call_list, name="calls"),
    path("calls/<uuid:call_id>/", calls.call_page, name="call"),
    path("calls/<uuid:call_id>/number/", calls.reveal_number, name="reveal_caller"),
    path("calls/<uuid:call_id>/disposition/", calls.dispose, name="dispose"),
    # Before those: their last line takes every other address of recordings.
    *vault_urls.urlpatterns,
    *recording_urls.urlpatterns,
    *prompt_urls.urlpatterns,
    *text_urls.urlpatterns,
    *people_urls.urlpatterns,
    path("voicemails/", voicemails.voicemail_list, name="voicemails"),
    path("voicemails/<uuid:voicemail_id>/audio", audio.voicemail_audio, name="voicemail_audio"),
    # Before those of follow-ups: there any word is an act.
    *dialling_urls.urlpatterns,
    *aftercall_urls.urlpatterns,
    *callback_urls.urlpatterns,
    *message_urls.urlpatterns,
    *phone_urls.urlpatterns,
]
