from django.urls import path, re_path

from tenants.support.console import pages

app_name = "support"
urlpatterns = [
    path("support/", pages.accesses, name="accesses"),
    path("support/terms/", pages.terms, name="terms"),
    path("support/leave/", pages.leave, name="leave"),
    path("support/enter/<str:ticket>/", pages.enter, name="enter"),
    re_path(r"^support/(?P<access_id>[0-9]{1,18})/(?P<act>allow|refuse)/$", pages.decide, name="decide"),
    re_path(r"^support/(?P<access_id>[0-9]{1,18})/end/$", pages.end, name="end"),
]
