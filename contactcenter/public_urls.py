"""What the operators' host answers: their admin, the switch's questions, and how we are."""

from django.urls import include, path

from contactcenter.health import healthz
from contactcenter.metrics import metrics
from tenants.people.admin_sites import operator_site

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", operator_site.urls),
    path("switch/", include("telephony.freeswitch.urls")),
    path("", include("telephony.console.operator_urls")),
    path("", include("tenants.support.console.operator_urls")),
    path("", include("tenants.service.console.operator_urls")),
    path("", include("tenants.plans.console.operator_urls")),
    path("", include("tenants.billing.console.operator_urls")),
    path("", include("tenants.contracts.console.operator_urls")),
    path("", include("tenants.leaving.console.operator_urls")),
    path("", include("tenants.mails.console.operator_urls")),
    path("", include("tenants.closing.console.operator_urls")),
    path("", include("tenants.people.console.urls")),
]

handler400 = "contactcenter.errors.bad_request"
handler403 = "contactcenter.errors.not_allowed"
handler404 = "contactcenter.errors.not_found"
handler500 = "contactcenter.errors.broken"
