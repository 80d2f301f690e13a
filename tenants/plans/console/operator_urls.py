"""Pages of plans at the operators' hosts."""

from django.urls import path

from tenants.plans.console import operators

app_name = "plan_operators"
urlpatterns = [
    path("plans/", operators.tenant_list, name="list"),
    path("plans/<str:schema>/", operators.tenant_page, name="tenant"),
    path("plans/<str:schema>/<str:act>/", operators.act, name="act"),
]
