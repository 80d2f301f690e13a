from django.urls import path
from rest_framework.routers import SimpleRouter

from telephony.api import views

app_name = "telephony_api"
router = SimpleRouter()
router.register("calls", views.CallViewSet, basename="call")
router.register("agents", views.AgentViewSet, basename="agent")
router.register("queues", views.QueueViewSet, basename="queue")
urlpatterns = [
    path("my-state/", views.MyStateView.as_view(), name="my_state"),
    path("orders/", views.OrderView.as_view(), name="orders"),
    *router.urls,
]
