"""Pages of text messages; the last one is whoever's who has its link."""

from django.urls import path, re_path

from telephony.console import survey_link, texts

urlpatterns = [
    path("texts/", texts.text_page, name="texts"),
    path("texts/services/new/", texts.service_form, name="text_service_new"),
    path("texts/services/<int:service_id>/", texts.service_form, name="text_service"),
    path("texts/services/<int:service_id>/try/", texts.try_service, name="text_service_try"),
    path("texts/services/<int:service_id>/delete/", texts.delete_service, name="text_service_delete"),
    path("texts/opt-outs/", texts.add_opt_out, name="opt_out_add"),
    path("texts/opt-outs/<int:opt_out_id>/delete/", texts.lift_opt_out, name="opt_out_lift"),
    re_path(
        r"^s/(?P<code>[0-9a-z]{1,13}-[0-9a-z]{1,8}-[A-Za-z0-9_-]{16})/$",
        survey_link.survey_by_link,
        name="survey_link",
    ),
]
