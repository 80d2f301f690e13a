"""The API's description: the same for everybody, written once per language, and asked for in bounds."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle


class SchemaThrottle(UserRateThrottle):
    scope = "schema"
    rate = "20/min"


class KeptGenerator(SchemaGenerator):
    def get_schema(self, request: Request | None = None, public: bool = False) -> Any:
        """Nothing in it is of a tenant or a role (SERVE_PUBLIC): a second of work, that need not be done again."""
        return _written(get_language())


@lru_cache(maxsize=8)
def _written(language: str) -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


class Schema(SpectacularAPIView):
    throttle_classes = [SchemaThrottle]
    generator_class = KeptGenerator
