"""Webhooks for programs: endpoints, what was sent to them, and once more."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.hooks import actions, kinds, queries
from tenants.hooks.errors import EndpointNotFound
from tenants.hooks.models import Delivery, Endpoint
from tenants.hooks.policies import MANAGERS
from tenants.hooks.serializers import (
    DeliverySerializer,
    EndpointInSerializer,
    EndpointSerializer,
    NewEndpointSerializer,
    SecretSerializer,
)
from tenants.people.api.pages import ByName, NewestFirst
from tenants.people.console.access import RolePermission

Permissions = list[type[BasePermission]]
WHO: Permissions = [RolePermission.of(*MANAGERS)]
NUMBER = "[0-9]{1,18}"


class KindsView(APIView):
    permission_classes = WHO

    @extend_schema(
        operation_id="webhook_events",
        responses=inline_serializer(
            "WebhookEvent", {"name": serializers.CharField(), "label": serializers.CharField()}, many=True
        ),
    )
    def get(self, request: Request) -> Response:
        """The events a webhook can ask for."""
        return Response([{"name": kind.name, "label": str(kind.label)} for kind in kinds.choosable()])


class EndpointViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    serializer_class = EndpointSerializer
    permission_classes = WHO
    pagination_class = ByName
    lookup_value_regex = NUMBER
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Endpoint]:
        return queries.endpoints()

    @extend_schema(request=EndpointInSerializer, responses={201: NewEndpointSerializer})
    def create(self, request: Request) -> Response:
        """The answer alone holds the secret."""
        endpoint, secret = actions.add_endpoint(**_given(request))
        endpoint.secret = secret
        return Response(NewEndpointSerializer(endpoint).data, status=201)

    @extend_schema(request=EndpointInSerializer, responses=EndpointSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return Response(
            EndpointSerializer(actions.change_endpoint(endpoint_id=int(pk), **_given(request))).data
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        actions.remove_endpoint(endpoint_id=int(pk), at=timezone.now())
        return Response(status=204)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, pk: str) -> Response:
        """A new one; the old one signs too for 24 hours."""
        return Response({"secret": actions.renew_secret(endpoint_id=int(pk), at=timezone.now())})

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        actions.pause_endpoint(endpoint_id=int(pk))
        return _told(pk)

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        actions.resume_endpoint(endpoint_id=int(pk), at=timezone.now())
        return _told(pk)

    @extend_schema(request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        delivery = actions.send_test(endpoint_id=int(pk), at=timezone.now())
        return Response(DeliverySerializer(delivery).data, status=201)


class DeliveryFilter(filters.FilterSet):
    event_id = filters.UUIDFilter("key")
    subject = filters.CharFilter("subject", help_text="`call:<id>`")

    class Meta:
        model = Delivery
        fields = ["endpoint", "state", "kind"]


class DeliveryViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = DeliverySerializer
    permission_classes = WHO
    pagination_class = NewestFirst
    filterset_class = DeliveryFilter
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Delivery]:
        return queries.deliveries()

    @extend_schema(request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """The same event, with the same id and words."""
        again = actions.resend(delivery_id=int(pk), at=timezone.now())
        return Response(DeliverySerializer(again).data, status=201)


def _given(request: Request) -> dict[str, Any]:
    told = EndpointInSerializer(data=request.data)
    told.is_valid(raise_exception=True)
    given = dict(told.validated_data)
    return {"kinds_wanted": given.pop("kinds"), "by": request.user, **given}


def _told(pk: str) -> Response:
    endpoint = queries.endpoint(int(pk))
    if endpoint is None:
        raise EndpointNotFound
    return Response(EndpointSerializer(endpoint).data)
