"""The shelf of recordings for machines: found as the page finds them, each by those who may hear it. Sound itself is
heard in the browser, where each play is written into the ledger.
"""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies
from telephony.api.shapes import NamedSerializer
from telephony.models import Recording
from telephony.queries import recordings as reads
from tenants.errors import BadInput
from tenants.masking import mask_number
from tenants.numbers import to_e164
from tenants.people.console.access import RolePermission
from tenants.people.policies import Role

HEARERS = RolePermission.of(Role.AGENT, Role.INSPECTOR, *policies.LEADERS)


class NotOffered(BadInput):
    "Only sound is recorded. Screen and video have their place here and are not offered yet."


class RecordingSerializer(serializers.Serializer):
    """`medium` is always `sound`: screen and video are not offered yet. `number` is masked; `is_gone`: its sound was
    deleted, and a tombstone remains.
    """

    id = serializers.UUIDField()
    call_id = serializers.UUIDField()
    medium = serializers.ChoiceField(Recording.Medium.choices)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    seconds = serializers.FloatField(allow_null=True)
    number = serializers.SerializerMethodField()
    queue = NamedSerializer(allow_null=True)
    agent = NamedSerializer(allow_null=True)
    disposition = serializers.SerializerMethodField()
    sha256 = serializers.CharField()
    is_gone = serializers.SerializerMethodField()

    def get_number(self, recording: Recording) -> str:
        return mask_number(recording.number)

    def get_disposition(self, recording: Recording) -> str:
        return str(recording.disposition or "")

    def get_is_gone(self, recording: Recording) -> bool:
        return recording.pk in self.context["gone"]


class FoundSerializer(serializers.Serializer):
    """`next`: what `after` is to be for the next page, "" on the last."""

    next = serializers.CharField()
    results = RecordingSerializer(many=True)


class WantedSerializer(serializers.Serializer):
    """All may be left out. `number` is a whole one: a part of it would be a way around the mask."""

    medium = serializers.ChoiceField(Recording.Medium.choices, required=False)
    since = serializers.DateTimeField(required=False)
    before = serializers.DateTimeField(required=False)
    number = serializers.CharField(required=False, max_length=40)
    queue = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    agent = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    disposition = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    ticket = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    shortest = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    longest = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    after = serializers.CharField(required=False, max_length=100)


class RecordingsView(APIView):
    permission_classes: list[type[BasePermission]] = [HEARERS]

    @extend_schema(
        operation_id="recordings_list",
        parameters=[WantedSerializer],
        responses=FoundSerializer,
    )
    def get(self, request: Request) -> Response:
        """Newest first, fifty at a time: those this member may hear."""
        asked = WantedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        if given.get("medium", Recording.Medium.SOUND) != Recording.Medium.SOUND:
            raise NotOffered(field="medium")
        country = request.tenant.country  # type: ignore[attr-defined]
        page = reads.found_recordings(request.user, _wanted(given, country), given.get("after", ""))
        gone = reads.gone_recordings(one.pk for one in page.recordings)
        rows = RecordingSerializer(page.recordings, many=True, context={"gone": gone}).data
        return Response({"next": page.next_key, "results": rows})


def _wanted(given: dict[str, Any], country: str) -> reads.Wanted:
    typed = given.get("number", "")
    spelled = to_e164(typed, country) if typed else None
    moments: dict[str, datetime | None] = {name: given.get(name) for name in ("since", "before")}
    return reads.Wanted(
        **moments,
        queue_id=given.get("queue"),
        agent_id=given.get("agent"),
        disposition_id=given.get("disposition"),
        numbers=tuple(dict.fromkeys(one for one in (typed.strip(), spelled) if one)),
        ticket=given.get("ticket"),
        shortest=given.get("shortest"),
        longest=given.get("longest"),
    )
