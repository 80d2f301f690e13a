"""Pages of reports."""

from django.urls import path

from reporting.console import hours, lines, views

app_name = "reporting"

urlpatterns = [
    path("reports/", views.report_page, name="report"),
    path("reports/agents/", views.agents_page, name="agents"),
    path("reports/sites/", views.sites_page, name="sites"),
    path("reports/satisfaction/", views.satisfaction_page, name="satisfaction"),
    path("reports/lines/", lines.lines_page, name="lines"),
    path("reports/lines/terms/", lines.change_terms, name="line_terms"),
    path("reports/hours/", hours.hours_page, name="hours"),
    path("reports/flows/", views.flows_page, name="flows"),
    path("reports/behind/<str:metric_id>/", views.behind, name="behind"),
    path("reports/definitions/", views.definitions, name="definitions"),
    path("reports/export.<str:kind>", views.export, name="export"),
]
