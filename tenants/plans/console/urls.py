"""Pages of the plan at a tenant's host."""

from django.urls import path

from tenants.plans.console import brand, notices, onboarding, plan

app_name = "plans"
urlpatterns = [
    path("plan/", plan.plan, name="plan"),
    path("plan/start/", onboarding.start, name="start"),
    path("plan/start/<int:onboardingstep_id>/done/", onboarding.step_done, name="step_done"),
    path("plan/brand/", brand.brand, name="brand"),
    path("brand/colours/<str:accent>.css", brand.colours, name="colours"),
    path("brand/logo/<str:fingerprint>", brand.logo, name="logo"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/<int:notice_id>/read/", notices.acknowledge, name="notice_read"),
    path("notices/<int:notice_id>/calendar.ics", notices.calendar, name="notice_calendar"),
    path("plan/wishes/", notices.wishes, name="wishes"),
]
