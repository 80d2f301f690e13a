"""What a tenant's host answers."""

from django.urls import path

from contactcenter import doors
from contactcenter.api import Schema
from tenants.people.admin_sites import tenant_site

urlpatterns = [
    path("admin/", tenant_site.urls),
    path("api/v1/schema/", Schema.as_view(), name="api_schema"),
    *doors.api(),
    *doors.pages(),
]

handler400 = "contactcenter.errors.bad_request"
handler403 = "contactcenter.errors.not_allowed"
handler404 = "contactcenter.errors.not_found"
handler500 = "contactcenter.errors.broken"
