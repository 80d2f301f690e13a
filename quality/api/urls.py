"""Evaluations for programs."""

from rest_framework.routers import SimpleRouter

from quality.api.views import EvaluationViewSet

app_name = "quality_api"

router = SimpleRouter()
router.register("evaluations", EvaluationViewSet, basename="evaluation")
urlpatterns = router.urls
