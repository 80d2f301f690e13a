"""The API of plans."""

from django.urls import path

from tenants.plans.api.views import PlanView

app_name = "plans_api"
urlpatterns = [path("plan/", PlanView.as_view(), name="plan")]
