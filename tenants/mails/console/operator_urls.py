"""The outbox, at the operators' hosts."""

from django.urls import path

from tenants.mails.console import pages

app_name = "mails"
urlpatterns = [
    path("mails/", pages.outbox, name="outbox"),
    path("mails/trial/", pages.trial, name="trial"),
    path("mails/again/", pages.again, name="again"),
]
