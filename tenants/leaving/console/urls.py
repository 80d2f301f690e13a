from django.urls import path, re_path

from tenants.leaving.console import exports, houses, persons

app_name = "leaving"
urlpatterns = [
    path("leaving/", exports.page, name="exports"),
    re_path(r"^leaving/(?P<export_id>[0-9]{1,18})/(?P<act>cancel|drop)/$", exports.act, name="act"),
    re_path(r"^leaving/(?P<export_id>[0-9]{1,18})/archive\.tar$", exports.download, name="download"),
    path("leaving/persons/", persons.page, name="persons"),
    re_path(
        r"^leaving/persons/(?P<ask_id>[0-9]{1,18})/(?P<act>confirm|withdraw)/$", persons.answer, name="answer"
    ),
    path("leaving/house/", houses.page, name="house"),
    re_path(r"^leaving/house/(?P<houseask_id>[0-9]{1,18})/confirm/$", houses.confirm, name="confirm_house"),
    re_path(
        r"^leaving/house/(?P<houseask_id>[0-9]{1,18})/(?P<act>withdraw|waive)/$",
        houses.act,
        name="answer_house",
    ),
]
