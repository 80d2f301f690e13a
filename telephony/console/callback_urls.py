"""Pages of promised callbacks; the last one is the customer's own."""

from django.urls import path, re_path

from telephony.console import callbacks

urlpatterns = [
    path("callbacks/", callbacks.callback_list, name="callbacks"),
    path("callbacks/new/", callbacks.new_callback, name="callback_new"),
    path("callbacks/<uuid:callback_id>/cancel/", callbacks.cancel, name="callback_cancel"),
    re_path(r"^callback/(?P<key>[A-Za-z0-9_-]{20,64})/$", callbacks.own_callback, name="own_callback"),
]
