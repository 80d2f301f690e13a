"""Service at the operators' hosts, and the status page for everybody."""

from django.urls import path, re_path

from tenants.service.api import outside as reports
from tenants.service.console import mailbox, operators, outside, roster, status, watch

app_name = "service_operators"
CASE_ACTS = "take|answer|note|pause|resume|solve|close|reopen|change"
urlpatterns = [
    path("status/", status.public, name="public"),
    path("service/", operators.case_list, name="cases"),
    path("service/cases/new/", operators.new_case, name="new"),
    re_path(r"^service/cases/(?P<case_id>[0-9]{1,18})/$", operators.case_page, name="case"),
    re_path(rf"^service/cases/(?P<case_id>[0-9]{{1,18}})/(?P<act>{CASE_ACTS})/$", operators.act, name="act"),
    re_path(r"^service/pages/(?P<page_id>[0-9]{1,18})/answer/$", operators.answer, name="answer"),
    path("service/mailbox/", mailbox.mailbox, name="mailbox"),
    path("service/kept/", operators.kept, name="kept"),
    path("service/roster/", roster.roster, name="roster"),
    path("service/roster/me/", roster.own_target, name="target"),
    path("service/roster/ring/", roster.ring_test, name="ring_test"),
    re_path(r"^service/roster/(?P<shift_id>[0-9]{1,18})/$", roster.shift, name="shift"),
    path("service/parts/", watch.parts, name="parts"),
    re_path(r"^service/outages/(?P<span_id>[0-9]{1,18})/$", watch.outage_page, name="outage"),
    path("service/outside/", outside.watchers, name="outside"),
    re_path(
        r"^service/outside/(?P<watcher_id>[0-9]{1,18})/(?P<act>count|uncount|revoke)/$",
        outside.act,
        name="outside_act",
    ),
    path("api/v1/outside/looks", reports.Looks.as_view(), name="outside_looks"),
    path("service/notes/", watch.notes, name="notes"),
    re_path(
        r"^service/notes/(?P<note_id>[0-9]{1,18})/(?P<act>publish|update|end)/$",
        watch.note_act,
        name="note_act",
    ),
    path("service/months/", watch.months_page, name="months"),
    path("service/months/export.csv", watch.months_sheet, name="months_sheet"),
]
