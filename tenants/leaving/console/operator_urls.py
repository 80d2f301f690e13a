"""Leaving at the operators' hosts: exports for tenants that are closed, imports, deletions with their certificates."""

from django.urls import path, re_path

from tenants.leaving.console import deletions, exports, imports

app_name = "leaving_operators"
urlpatterns = [
    path("leaving/", exports.operators_page, name="exports"),
    re_path(r"^leaving/(?P<export_id>[0-9]{1,18})/(?P<act>cancel|drop)/$", exports.operators_act, name="act"),
    re_path(
        r"^leaving/(?P<export_id>[0-9]{1,18})/archive\.tar$", exports.operators_download, name="download"
    ),
    path("leaving/imports/", imports.page, name="imports"),
    path("leaving/deletions/", deletions.page, name="deletions"),
    re_path(
        r"^leaving/houses/(?P<houseask_id>[0-9]{1,18})/withdraw/$",
        deletions.withdraw_house,
        name="withdraw_house",
    ),
    re_path(r"^leaving/deletions/(?P<deletion_id>[0-9]{1,18})/$", deletions.one, name="deletion"),
    re_path(
        r"^leaving/deletions/(?P<deletion_id>[0-9]{1,18})/(?P<act>confirm|withdraw)/$",
        deletions.act,
        name="answer",
    ),
    re_path(
        r"^leaving/deletions/(?P<deletion_id>[0-9]{1,18})/certificate\.json$",
        deletions.certificate,
        name="certificate",
    ),
]
