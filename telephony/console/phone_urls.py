"""Addresses of agents' phones."""

from django.urls import path

from telephony.console import phone_check, phones

urlpatterns = [
    path("workspace/phones/", phones.my_phones, name="my_phones"),
    path("phone-check/", phone_check.phone_check, name="phone_check"),
    path("phone-check/sample/", phone_check.sample, name="phone_check_sample"),
    path("phone-check/results/", phone_check.keep, name="phone_check_results"),
    path("phone-checks/", phone_check.phone_checks, name="phone_checks"),
]
