from django.urls import path

from tenants.trust.api import views

urlpatterns = [path("audit-head/", views.AuditHead.as_view(), name="audit-head")]
