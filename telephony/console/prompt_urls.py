"""Pages of what callers hear; telephony.console.urls takes them in."""

from django.urls import path, re_path

from telephony.console import music, prompts, sound_files, voices

urlpatterns = [
    path("prompts/", prompts.prompt_list, name="prompts"),
    path("prompts/new/", prompts.new_prompt, name="prompt_new"),
    path("prompts/again/", prompts.speak_again, name="prompts_again"),
    path("prompts/<int:prompt_id>/", prompts.prompt_page, name="prompt"),
    re_path(
        r"^prompts/(?P<prompt_id>[0-9]{1,18})/(?P<act>name|delete|again|(?:zh|en)(?:-file|-none)?)/$",
        prompts.change_prompt,
        name="prompt_change",
    ),
    re_path(r"^sounds/(?P<sha256>[0-9a-f]{64})/audio$", sound_files.sound_audio, name="sound_audio"),
    path("voices/", voices.voice_list, name="voices"),
    path("voices/new/", voices.voice_form, name="voice_new"),
    path("voices/<int:voice_id>/", voices.voice_form, name="voice"),
    path("voices/<int:voice_id>/try/", voices.try_voice, name="voice_try"),
    path("voices/<int:voice_id>/delete/", voices.delete_voice, name="voice_delete"),
    path("music/", music.music_list, name="music"),
    re_path(
        r"^music/(?P<act>new|name|piece|drop-piece|up|delete|all|queue)/$",
        music.change_music,
        name="music_change",
    ),
]
