"""Addresses by which a number is dialled: each names the row it stands in."""

from django.urls import path

from telephony.console import dialling

urlpatterns = [
    path("dial/", dialling.dial_number, name="dial"),
    path("calls/<uuid:call_id>/dial/", dialling.dial_call, name="dial_call"),
    path("callbacks/<uuid:callback_id>/dial/", dialling.dial_callback, name="dial_callback"),
    path("follow-ups/<int:follow_up_id>/dial/", dialling.dial_follow_up, name="dial_follow_up"),
]
