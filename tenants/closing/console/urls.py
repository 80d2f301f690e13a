"""Bills at a tenant's host."""

from django.urls import path

from tenants.closing.console import pages

app_name = "closing"
urlpatterns = [
    path("invoices/", pages.account, name="account"),
    path("invoices/<int:bill_id>/", pages.bill_page, name="bill"),
    path("invoices/<int:bill_id>/paper.pdf", pages.bill_paper, name="paper"),
    path("invoices/sheet.<str:kind>", pages.sheet, name="sheet"),
]
