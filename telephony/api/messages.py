"""What people of a tenant say to each other, for machines: chat and announcements, as on their pages."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import actions, policies
from telephony.actions.messages import LONGEST_ANNOUNCEMENT, LONGEST_LINE
from telephony.api.shapes import NamedSerializer
from telephony.message_errors import NobodyToWriteTo
from telephony.models import AgentGroup
from telephony.queries import messages as reads
from telephony.serializers.messages import announcement_row, chat_row
from tenants.people.console.access import RolePermission

WRITING = RolePermission.of(*reads.WHO_WRITE)
LEADING = RolePermission.of(*policies.LEADERS)
ANNOUNCING = RolePermission.of(*reads.WHO_WRITE, writers=policies.LEADERS)


class CorrespondentSerializer(serializers.Serializer):
    """Somebody one may write to; `presence` is empty for those who take no calls."""

    member_id = serializers.IntegerField()
    name = serializers.CharField()
    username = serializers.CharField()
    leads = serializers.BooleanField()
    presence = serializers.CharField()
    unread = serializers.IntegerField()


class ChatLineSerializer(serializers.Serializer):
    """`from` and `to` are members."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    to = serializers.IntegerField()
    at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": NamedSerializer()}


class NewLineSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=LONGEST_LINE)


class ReadLinesSerializer(serializers.Serializer):
    """How many were unread."""

    read = serializers.IntegerField()


class ColleaguesView(APIView):
    permission_classes: list[type[BasePermission]] = [WRITING]

    @extend_schema(operation_id="chat_colleagues", responses=CorrespondentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Everybody who works here but oneself, the one last written with first."""
        return Response(CorrespondentSerializer(reads.correspondents(request.user), many=True).data)


class ChatView(APIView):
    permission_classes: list[type[BasePermission]] = [WRITING]

    @extend_schema(operation_id="chat_lines", responses=ChatLineSerializer(many=True))
    def get(self, request: Request, member_id: int) -> Response:
        """The last hundred lines between the two, the oldest first. Reading here marks nothing as read."""
        if reads.correspondent(request.user, member_id) is None:
            raise NobodyToWriteTo
        return Response([chat_row(line) for line in reads.messages_with(request.user, member_id)])

    @extend_schema(operation_id="chat_write", request=NewLineSerializer, responses={201: ChatLineSerializer})
    def post(self, request: Request, member_id: int) -> Response:
        shape = NewLineSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        row = actions.write_message(
            sender=request.user,
            recipient_id=member_id,
            text=shape.validated_data["text"],
            at=timezone.now(),
        )
        return Response(chat_row(row), status=201)


class ReadChatView(APIView):
    permission_classes: list[type[BasePermission]] = [WRITING]

    @extend_schema(operation_id="chat_read", request=None, responses=ReadLinesSerializer)
    def post(self, request: Request, member_id: int) -> Response:
        """All lines of this colleague to oneself."""
        read = actions.read_messages(reader=request.user, sender_id=member_id, at=timezone.now())
        return Response({"read": read})


class AnnouncementSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    is_read = serializers.BooleanField()


class NewAnnouncementSerializer(serializers.Serializer):
    """Without `group` everybody is told; without `until` it stays until it is taken down."""

    text = serializers.CharField(max_length=LONGEST_ANNOUNCEMENT)
    group = serializers.PrimaryKeyRelatedField(
        queryset=AgentGroup.objects.all(), required=False, allow_null=True
    )
    until = serializers.DateTimeField(required=False, allow_null=True)


class AnnouncementsView(APIView):
    permission_classes: list[type[BasePermission]] = [ANNOUNCING]

    @extend_schema(operation_id="announcements_list", responses=AnnouncementSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that are not past, to everybody and to one's own groups."""
        rows = reads.announcements_for(request.user, timezone.now())
        return Response([announcement_row(row, is_read=row.is_read) for row in rows])

    @extend_schema(
        operation_id="announcements_create",
        request=NewAnnouncementSerializer,
        responses={201: AnnouncementSerializer},
    )
    def post(self, request: Request) -> Response:
        shape = NewAnnouncementSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        group = given.get("group")
        row = actions.announce(
            by=request.user,
            text=given["text"],
            at=timezone.now(),
            group_id=group.pk if group else None,
            until=given.get("until"),
        )
        return Response(announcement_row(row), status=201)


class ReadAnnouncementView(APIView):
    permission_classes: list[type[BasePermission]] = [WRITING]

    @extend_schema(operation_id="announcements_read", request=None, responses={204: None})
    def post(self, request: Request, announcement_id: int) -> Response:
        actions.read_announcement(announcement_id=announcement_id, member=request.user, at=timezone.now())
        return Response(status=204)


class EndAnnouncementView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="announcements_end", request=None, responses=AnnouncementSerializer)
    def post(self, request: Request, announcement_id: int) -> Response:
        """It is taken down; who has read it stays known."""
        row = actions.end_announcement(announcement_id=announcement_id, at=timezone.now())
        return Response(announcement_row(row))
