"""Pages of telephony at the operators' hosts."""

from django.urls import path

from telephony.console import cells, number_desk_urls, operators, recording_terms, trunk_urls

app_name = "operators"

urlpatterns = [
    *number_desk_urls.urlpatterns,
    *trunk_urls.urlpatterns,
    path("capacity/", operators.capacity, name="capacity"),
    path("availability/", operators.availability, name="availability"),
    path("recording-terms/", recording_terms.terms_list, name="recording_terms"),
    path("recording-terms/<str:schema>/", recording_terms.terms_form, name="recording_terms_form"),
    path("cells/", cells.cells, name="cells"),
    path("cells/finish/<int:move_id>/", cells.finish, name="cell_finish"),
    path("cells/<str:schema>/move/", cells.move, name="cell_move"),
    path("emergency/", operators.emergency, name="emergency"),
    path("emergency/<str:schema>/<str:to>/", operators.switch, name="emergency_switch"),
]
