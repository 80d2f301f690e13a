"""Customers and tickets for programs."""

from rest_framework.routers import SimpleRouter

from ticketing.api.views import CustomerViewSet, TicketViewSet

app_name = "ticketing_api"

router = SimpleRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("tickets", TicketViewSet, basename="ticket")
urlpatterns = router.urls
