from django.urls import path
from rest_framework.routers import SimpleRouter

from tenants.hooks.api import views

app_name = "hooks_api"
router = SimpleRouter()
router.register("webhooks", views.EndpointViewSet, basename="webhook")
router.register("webhook-deliveries", views.DeliveryViewSet, basename="webhook_delivery")
urlpatterns = [path("webhook-events/", views.KindsView.as_view(), name="webhook_events"), *router.urls]
