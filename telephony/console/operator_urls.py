"""Pages of telephony at the operators' hosts."""

from django.urls import path

from telephony.console import operators

app_name = "operators"

urlpatterns = [
    path("capacity/", operators.capacity, name="capacity"),
    path("availability/", operators.availability, name="availability"),
    path("emergency/", operators.emergency, name="emergency"),
    path("emergency/<str:schema>/<str:to>/", operators.switch, name="emergency_switch"),
]
