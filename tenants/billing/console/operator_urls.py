"""Pages of billing at the operators' hosts."""

from django.urls import path

from tenants.billing.console import operators

app_name = "billing_operators"
urlpatterns = [
    path("money/costs/", operators.costs_page, name="costs"),
    path("money/costs/<str:schema>/", operators.tenant_costs_page, name="tenant_costs"),
    path("money/rating/", operators.rating_page, name="rating"),
    path("money/rating/calls/", operators.rated_calls_page, name="rated_calls"),
    path("money/idle/", operators.idle_page, name="idle"),
]
