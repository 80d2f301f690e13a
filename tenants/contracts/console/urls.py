"""Pages of the agreement at a tenant's host."""

from django.urls import path

from tenants.contracts.console import own

app_name = "contracts"
urlpatterns = [
    path("contract/", own.terms, name="terms"),
    path("contract/quotes/<int:quote_id>/", own.quote, name="quote"),
    path("contract/agreements/<int:agreement_id>/", own.agreement, name="agreement"),
    path("contract/papers/<int:signature_id>/", own.paper, name="paper"),
    path("contract/requirements/", own.requirements, name="requirements"),
    path("contract/meetings/", own.meetings, name="meetings"),
    path("contract/risks/", own.risks, name="risks"),
    path("contract/cases/", own.cases, name="cases"),
    path("contract/money/", own.money, name="money"),
]
