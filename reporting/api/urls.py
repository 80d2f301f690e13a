"""Reports for programs."""

from django.urls import path

from reporting.api.views import (
    AgentReportView,
    CallReportView,
    HoursReportView,
    MetricListView,
    SiteReportView,
)

app_name = "reporting_api"

urlpatterns = [
    path("reports/calls/", CallReportView.as_view(), name="calls"),
    path("reports/agents/", AgentReportView.as_view(), name="agents"),
    path("reports/sites/", SiteReportView.as_view(), name="sites"),
    path("reports/hours/", HoursReportView.as_view(), name="hours"),
    path("reports/metrics/", MetricListView.as_view(), name="metrics"),
]
