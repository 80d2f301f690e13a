"""The API of issued bills."""

from django.urls import path

from tenants.closing.api import views

app_name = "closing_api"
urlpatterns = [path("invoices/issued/", views.BillList.as_view(), name="bills")]
