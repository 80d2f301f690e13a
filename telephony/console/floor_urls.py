"""Pages of the supervisors' floor."""

from django.urls import path

from telephony.console import floor, floor_agents, floor_alerts, floor_moves, floor_views, floor_writing

urlpatterns = [
    path("floor/", floor.floor, name="floor"),
    path("floor/wall/", floor.wall, name="floor_wall"),
    path("floor/views/", floor_views.keep_view, name="floor_views"),
    path("floor/views/<int:floorview_id>/delete/", floor_views.delete_view, name="floor_view_delete"),
    path("floor/alerts/", floor_alerts.alert_page, name="floor_alerts"),
    path("floor/alerts/<int:queuealert_id>/take/", floor_alerts.take_on, name="floor_alert_take"),
    path("floor/limits/", floor_alerts.limits, name="floor_limits"),
    path("floor/what-if/", floor_alerts.staffing, name="floor_what_if"),
    path("floor/agents/<int:agent_id>/", floor_agents.agent_day, name="floor_agent"),
    path("floor/places/", floor_moves.places, name="floor_places"),
    path("floor/write/", floor_writing.write, name="floor_write"),
    path("floor/moves/", floor_moves.move_list, name="floor_moves"),
    path("floor/moves/<int:floorchange_id>/end/", floor_moves.end_move, name="floor_move_end"),
    path("figures/", floor.definitions, name="figures"),
]
