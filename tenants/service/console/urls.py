from django.urls import path, re_path

from tenants.service.console import cases, status

app_name = "service"
urlpatterns = [
    path("status/", status.own, name="status"),
    path("status/month/", status.month, name="month"),
    path("status/export.csv", status.export, name="export"),
    re_path(r"^status/notes/(?P<outagenote_id>[0-9]{1,18})/read/$", status.read, name="read"),
    path("cases/", cases.case_list, name="cases"),
    re_path(r"^cases/(?P<case_id>[0-9]{1,18})/$", cases.case_page, name="case"),
    re_path(r"^cases/(?P<case_id>[0-9]{1,18})/(?P<act>close|reopen)/$", cases.act, name="act"),
]
