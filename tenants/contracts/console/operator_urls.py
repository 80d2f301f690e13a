"""Pages of agreements at the operators' hosts."""

from django.urls import path

from tenants.contracts.console import operators

app_name = "contract_operators"
urlpatterns = [
    path("cases/", operators.public_cases, name="public_cases"),
    path("contracts/", operators.tenant_list, name="list"),
    path("contracts/<str:schema>/", operators.terms, name="terms"),
    path("contracts/<str:schema>/quotes/<int:quote_id>/", operators.quote, name="quote"),
    path("contracts/<str:schema>/agreements/<int:agreement_id>/", operators.agreement, name="agreement"),
    path("contracts/<str:schema>/papers/<int:signature_id>/", operators.paper, name="paper"),
    path("contracts/<str:schema>/requirements/", operators.requirements, name="requirements"),
    path("contracts/<str:schema>/meetings/", operators.meetings, name="meetings"),
    path("contracts/<str:schema>/risks/", operators.risks, name="risks"),
    path("contracts/<str:schema>/cases/", operators.cases, name="cases"),
    path("contracts/<str:schema>/money/", operators.money, name="money"),
]
