"""Addresses of what members say to each other."""

from django.urls import path, re_path

from telephony.console import messages

urlpatterns = [
    path("help/", messages.ask, name="help_ask"),
    path("help/down/", messages.take_down, name="help_down"),
    re_path(r"^help/(?P<help_id>[0-9]{1,18})/(?P<to>take|end)/$", messages.answer_help, name="help_answer"),
    path("chat/", messages.conversations, name="conversations"),
    path("chat/<int:member_id>/", messages.conversation, name="conversation"),
    path("chat/<int:member_id>/read/", messages.have_read_chat, name="chat_read"),
    path("announcements/<int:announcement_id>/read/", messages.have_read, name="announcement_read"),
]
