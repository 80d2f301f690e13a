"""Support's pages at the operators' hosts."""

from django.urls import path, re_path

from tenants.support.console import operators

app_name = "support_operators"
urlpatterns = [
    path("support/", operators.accesses, name="accesses"),
    re_path(r"^support/(?P<access_id>[0-9]{1,18})/(?P<act>enter|end)/$", operators.act, name="act"),
]
