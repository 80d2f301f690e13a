"""The API of usage and invoices."""

from django.urls import path

from tenants.billing.api import views

app_name = "billing_api"

urlpatterns = [
    path("usage/", views.UsageView.as_view(), name="usage"),
    path("invoices/", views.InvoiceList.as_view(), name="invoices"),
]
