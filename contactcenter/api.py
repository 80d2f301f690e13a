"""How often a reader may ask for the API's description: it is long to write and rarely changes."""

from rest_framework.throttling import UserRateThrottle


class SchemaThrottle(UserRateThrottle):
    scope = "schema"
    rate = "20/min"
