"""Addresses of trunks at the operators' hosts."""

from django.urls import path

from telephony.console import trunks

urlpatterns = [
    path("network/trunks/", trunks.trunks, name="trunks"),
    path("network/trunks/rows/", trunks.trunk_rows, name="trunk_rows"),
    path("network/trunks/add/", trunks.add, name="trunk_add"),
    path("network/trunks/<int:trunk_id>/", trunks.trunk, name="trunk"),
    path("network/trunks/<int:trunk_id>/state/", trunks.trunk_state, name="trunk_state"),
    path("network/trunks/<int:trunk_id>/change/", trunks.change, name="trunk_change"),
    path("network/trunks/<int:trunk_id>/routes/", trunks.set_routes, name="trunk_routes"),
    path("network/trunks/<int:trunk_id>/test/", trunks.test, name="trunk_test"),
    path("network/trunks/<int:trunk_id>/<str:to>/", trunks.set_state, name="trunk_set"),
]
