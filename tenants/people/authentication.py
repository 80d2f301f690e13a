"""`Authorization: Bearer cct_…` for programs; the token lives in the tenant's schema, so it opens nothing elsewhere."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.context import connection, is_public
from tenants.people.acting import act_as
from tenants.people.models import ApiToken, Member
from tenants.people.queries import live_token
from tenants.plans.doors import refuse_keys, refuse_what_is_off


class TokenAuthentication(BaseAuthentication):
    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[Member, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword:
            return None
        token = live_token(words[1].decode("latin-1")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        if not is_public():
            refuse_keys(connection.tenant)
            refuse_what_is_off(request._request)
        act_as(token.member)
        return token.member, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
