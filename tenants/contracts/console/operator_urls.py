"""Pages of agreements at the operators' hosts."""

from django.urls import path

from tenants.contracts.console import operators
from tenants.contracts.console.operators import PAGES

app_name = "contract_operators"
OF_A_TENANT = {
    "terms": "",
    "quote": "quotes/<int:quote_id>/",
    "agreement": "agreements/<int:agreement_id>/",
    "requirements": "requirements/",
    "meetings": "meetings/",
    "risks": "risks/",
    "cases": "cases/",
    "money": "money/",
}
urlpatterns = [
    path("cases/", operators.public_cases, name="public_cases"),
    path("contracts/", operators.tenant_list, name="list"),
    path("contracts/<str:schema>/papers/<int:signature_id>/", operators.paper, name="paper"),
    *(
        path(f"contracts/<str:schema>/{address}", PAGES[name], name=name)
        for name, address in OF_A_TENANT.items()
    ),
]
