"""Where sounds are kept, for machines: the storages of a tenant, their trial, and which one new sounds go to."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony.actions.storages import (
    PROBLEMS,
    StorageTerms,
    choose_storage,
    drop_storage,
    save_storage,
    try_storage,
)
from telephony.api.keeping import KEEPERS
from telephony.models import StoragePlace
from telephony.queries import vault as reads
from telephony.queries.recording_room import quota_of_tenant, recording_stopped_by
from tenants.errors import NotFound

BUCKET, FOLDER = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", r"^[A-Za-z0-9_/-]*$"


class StorageSerializer(serializers.Serializer):
    """An object storage (S3). Its keys are kept encrypted and never given back; left out they stay as they are."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=80)
    endpoint = serializers.CharField(max_length=200, help_text="https://s3.example.com")
    region = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    bucket = serializers.RegexField(BUCKET, max_length=63)
    prefix = serializers.RegexField(FOLDER, max_length=100, required=False, allow_blank=True, default="")
    access_key = serializers.CharField(max_length=200, required=False, write_only=True)
    secret = serializers.CharField(max_length=300, required=False, write_only=True)
    is_current = serializers.BooleanField(read_only=True)
    problem = serializers.SerializerMethodField()
    problem_since = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_problem(self, place: StoragePlace) -> str:
        return str(PROBLEMS.get(place.problem, place.problem))


class ChosenSerializer(serializers.Serializer):
    """null: the disk of this installation."""

    storage_id = serializers.IntegerField(allow_null=True, min_value=1)


class KeptStateSerializer(serializers.Serializer):
    """`stopped`: why nothing is recorded now (disk, quota), or ''; `alarms`: sounds that are not what was recorded."""

    storage_id = serializers.IntegerField(allow_null=True)
    used_bytes = serializers.IntegerField()
    quota_bytes = serializers.IntegerField(allow_null=True)
    stopped = serializers.CharField()
    elsewhere = serializers.IntegerField()
    alarms = serializers.IntegerField()
    key = serializers.IntegerField(allow_null=True)


class _Storing(APIView):
    permission_classes: list[type[BasePermission]] = [KEEPERS]

    def kept(self, request: Request, storage_id: int | None = None) -> StoragePlace:
        given = StorageSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        terms = StorageTerms(**given.validated_data)
        return save_storage(terms=terms, storage_id=storage_id, at=timezone.now())


class StoragesView(_Storing):
    @extend_schema(operation_id="storages_list", responses=StorageSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(StorageSerializer(StoragePlace.objects.all(), many=True).data)

    @extend_schema(
        operation_id="storages_create", request=StorageSerializer, responses={201: StorageSerializer}
    )
    def post(self, request: Request) -> Response:
        """Listed, and not yet used: try it, then choose it."""
        return Response(StorageSerializer(self.kept(request)).data, status=status.HTTP_201_CREATED)


class StorageView(_Storing):
    @extend_schema(operation_id="storages_read", responses=StorageSerializer)
    def get(self, request: Request, storage_id: int) -> Response:
        return Response(StorageSerializer(_place(storage_id)).data)

    @extend_schema(operation_id="storages_change", request=StorageSerializer, responses=StorageSerializer)
    def put(self, request: Request, storage_id: int) -> Response:
        """Where sounds lie, address, bucket and folder stay."""
        return Response(StorageSerializer(self.kept(request, _place(storage_id).pk)).data)

    @extend_schema(operation_id="storages_drop", responses={204: None})
    def delete(self, request: Request, storage_id: int) -> Response:
        drop_storage(storage_id=_place(storage_id).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TryStorageView(_Storing):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, storage_id: int) -> Response:
        """A small file is written there, read and deleted; 400 says in words what failed."""
        try_storage(storage_id=_place(storage_id).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class KeptStateView(_Storing):
    @extend_schema(operation_id="storage_state", responses=KeptStateSerializer)
    def get(self, request: Request) -> Response:
        return Response(_state())

    @extend_schema(operation_id="storage_choose", request=ChosenSerializer, responses=KeptStateSerializer)
    def put(self, request: Request) -> Response:
        """Tried first. New sounds go there; what is kept stays where it is, and can be heard."""
        given = ChosenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        chosen = given.validated_data["storage_id"]
        choose_storage(storage_id=_place(chosen).pk if chosen else None, at=timezone.now())
        return Response(_state())


def _place(storage_id: int) -> StoragePlace:
    place = StoragePlace.objects.filter(pk=storage_id).first()
    if place is None:
        raise NotFound
    return place


def _state() -> dict[str, Any]:
    place, quota, key = reads.current_place(), quota_of_tenant(), reads.newest_key()
    return {
        "storage_id": place.pk if place else None,
        "used_bytes": reads.vault_state().used_bytes,
        "quota_bytes": quota.bytes if quota else None,
        "stopped": recording_stopped_by(),
        "elsewhere": reads.sounds_elsewhere(place).count(),
        "alarms": reads.sounds_in_alarm().count(),
        "key": key.number if key else None,
    }
