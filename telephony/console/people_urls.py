"""Addresses of mentors and of the people who keep the system running."""

from django.urls import path

from telephony.console import mentoring, operations

urlpatterns = [
    path("mentees/", mentoring.mentees, name="mentees"),
    path("mentees/<uuid:call_id>/listen/", mentoring.listen, name="mentee_listen"),
    path("mentees/<uuid:call_id>/stop/", mentoring.stop, name="mentee_stop"),
    path("operations/", operations.operations, name="operations"),
]
