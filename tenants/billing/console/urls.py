"""Pages of usage and invoices."""

from django.urls import path

from tenants.billing.console import views

app_name = "billing"

urlpatterns = [
    path("usage/", views.usage_page, name="usage"),
    path("usage/charges/", views.charges_page, name="charges"),
    path("usage/seats/", views.seats_page, name="seats"),
    path("usage/export.<str:kind>", views.export, name="export"),
    path("usage/invoices/<int:invoice_id>/", views.invoice_page, name="invoice"),
]
