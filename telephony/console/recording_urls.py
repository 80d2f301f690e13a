"""Pages and sounds of recordings. The last line refuses, and writes down, whatever else is asked for there."""

from django.urls import path, re_path

from telephony.console import recording_policy, recording_sounds, recordings

urlpatterns = [
    path("recordings/", recordings.recording_list, name="recordings"),
    path("recordings/policy/", recording_policy.recording_policy, name="recording_policy"),
    path("recordings/policy/finance/", recording_policy.finance_template, name="recording_finance"),
    path(
        "recordings/policy/<int:version>/", recording_policy.policy_version, name="recording_policy_version"
    ),
    path("recordings/<uuid:recording_id>/", recordings.recording_page, name="recording"),
    path("recordings/<uuid:recording_id>/link/", recording_sounds.recording_link, name="recording_link"),
    path("recordings/<uuid:recording_id>/audio", recording_sounds.recording_audio, name="recording_audio"),
    path("recordings/<uuid:recording_id>/drawn/", recording_sounds.recording_drawn, name="recording_drawn"),
    path("recordings/<uuid:recording_id>/share/", recordings.share_recording, name="share_recording"),
    path("recordings/shared/<str:token>/", recordings.shared_recording, name="shared_recording"),
    re_path(r"^recordings/(?P<rest>.*)$", recording_sounds.recording_nowhere, name="recording_nowhere"),
]
