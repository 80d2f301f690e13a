"""Addresses of what members say to each other, and of the parts of the agent's page."""

from django.urls import path, re_path

from telephony.console import announcements, contact_notes, messages, workplaces

urlpatterns = [
    path("help/", messages.ask, name="help_ask"),
    path("help/down/", messages.take_down, name="help_down"),
    re_path(r"^help/(?P<help_id>[0-9]{1,18})/(?P<to>take|end)/$", messages.answer_help, name="help_answer"),
    path("chat/", messages.conversations, name="conversations"),
    path("chat/<int:member_id>/", messages.conversation, name="conversation"),
    path("chat/<int:member_id>/read/", messages.have_read_chat, name="chat_read"),
    path("announcements/", announcements.announcement_list, name="announcements"),
    path("announcements/<int:announcement_id>/end/", announcements.end, name="announcement_end"),
    path("announcements/<int:announcement_id>/read/", messages.have_read, name="announcement_read"),
    path("notes/", contact_notes.notes, name="notes"),
    path("notes/<int:note_id>/seen/", contact_notes.have_seen, name="note_seen"),
    path("workspace/arrange/", workplaces.arrange, name="arrange"),
    path("workspace/note/<uuid:call_id>/", workplaces.keep_note, name="keep_note"),
    path("workspace/why/<uuid:call_id>/", contact_notes.arrival_words, name="arrival_words"),
    path("workspace/tune/", workplaces.tune, name="tune"),
    path("workspace/figures/", workplaces.figures, name="own_figures"),
    path("workspace/snippets/", workplaces.snippets, name="snippets"),
    path("workspace/panels/", workplaces.panel_plans, name="panel_plans"),
]
