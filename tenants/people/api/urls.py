from django.urls import path
from rest_framework.routers import SimpleRouter

from tenants.people.api import views

app_name = "people_api"
router = SimpleRouter()
router.register("members", views.MemberViewSet, basename="members")
router.register("audit", views.AuditViewSet, basename="audit")
urlpatterns = [path("me/", views.MeView.as_view(), name="me"), *router.urls]
