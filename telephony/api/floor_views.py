"""One's own views of the floor by the API: filters under a name, one of them opened first. Nobody sees another's."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies
from telephony.actions.floor_views import LONGEST_QUERY, delete_floor_view, keep_floor_view
from telephony.floor_errors import ViewGone
from telephony.models import FloorView
from telephony.queries.floor_views import views_of
from tenants.people.console.access import RolePermission

LEADING = RolePermission.of(*policies.LEADERS)


class FloorViewSerializer(serializers.ModelSerializer):
    """`query` is the filters as they stand in the floor's address; `link` opens it."""

    link = serializers.SerializerMethodField()

    class Meta:
        model = FloorView
        fields = ("id", "name", "query", "is_default", "link")

    def get_link(self, view: FloorView) -> str:
        return f"{reverse('telephony:floor')}?{view.query or 'all=1'}"


class NewFloorViewSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=LONGEST_QUERY, required=False, allow_blank=True, default="")
    is_default = serializers.BooleanField(required=False, default=False)


class FloorViewsView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="floor_views_list", responses=FloorViewSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(FloorViewSerializer(views_of(request.user), many=True).data)

    @extend_schema(
        operation_id="floor_views_keep", request=NewFloorViewSerializer, responses=FloorViewSerializer
    )
    def post(self, request: Request) -> Response:
        """One of this name is replaced. Of `query` only what can stand in an address is kept."""
        shape = NewFloorViewSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        view = keep_floor_view(member=request.user, **shape.validated_data)
        return Response(FloorViewSerializer(view).data)


class FloorViewView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="floor_views_one", responses=FloorViewSerializer)
    def get(self, request: Request, floorview_id: int) -> Response:
        return Response(FloorViewSerializer(_own(request, floorview_id)).data)

    @extend_schema(operation_id="floor_views_delete", responses={204: None})
    def delete(self, request: Request, floorview_id: int) -> Response:
        delete_floor_view(member=request.user, view_id=_own(request, floorview_id).pk)
        return Response(status=204)


def _own(request: Request, floorview_id: int) -> FloorView:
    view = views_of(request.user).filter(pk=floorview_id).first()
    if view is None:
        raise ViewGone
    return view
