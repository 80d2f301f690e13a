"""Only on the public host: the switch asks here. A path with a slash and one without, as settings may say either."""

from django.urls import re_path

from telephony.freeswitch import views

app_name = "switch"
urlpatterns = [
    re_path(r"^directory/?$", views.directory, name="directory"),
    re_path(r"^dialplan/?$", views.dialplan, name="dialplan"),
]
