"""Legal holds, purges by two people, and for how long sounds are kept: what the pages do, with the same refusals."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony.actions import holds as acts
from telephony.actions.retention import LONGEST_DAYS, RetentionChoice, save_retention
from telephony.models import LegalHold, PurgeRequest, RetentionPolicy
from telephony.queries import retention as reads
from tenants.errors import BadInput, NotFound
from tenants.masking import mask_number
from tenants.numbers import to_e164
from tenants.people.console.access import RolePermission
from tenants.people.policies import Role

KEEPERS = RolePermission.of(Role.OWNER, Role.ADMIN)
MOST_LISTED = 200


class WouldDelete(BadInput):
    "This rule would delete %(sounds)s sounds tonight. Send the number as `confirmed` to save it."


class NoSubject(BadInput):
    "Give the id of a call, or a telephone number."


class HoldSerializer(serializers.Serializer):
    """`number` is masked; exactly one of call and number is given."""

    id = serializers.IntegerField()
    call_id = serializers.UUIDField(allow_null=True)
    number = serializers.SerializerMethodField()
    reason = serializers.CharField()
    placed_by = serializers.CharField()
    placed_at = serializers.DateTimeField()
    lifted_by = serializers.CharField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lift_reason = serializers.CharField()

    def get_number(self, hold: LegalHold) -> str:
        return mask_number(hold.number) if hold.number else ""


class NewHoldSerializer(serializers.Serializer):
    call_id = serializers.UUIDField(required=False)
    number = serializers.CharField(required=False, max_length=40)
    reason = serializers.CharField(max_length=300)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class PurgeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    call_id = serializers.UUIDField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(PurgeRequest.State.choices)
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answered_by = serializers.SerializerMethodField()
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_answered_by(self, purge: PurgeRequest) -> str:
        return str(purge.answered_by or "")


class NewPurgeSerializer(serializers.Serializer):
    call_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=300)


class PurgedSerializer(serializers.Serializer):
    """`is_gone` false: the storage does not answer, and deletes its file as soon as it does."""

    is_gone = serializers.BooleanField()


class DaysSerializer(serializers.Serializer):
    """Days for each kind of sound."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in reads.KINDS:
            self.fields[kind] = serializers.IntegerField(
                min_value=1, max_value=LONGEST_DAYS, required=False, allow_null=True
            )


class RetentionSerializer(serializers.Serializer):
    """`days` by kind (recording, voicemail, comment), null keeps for good; `queues` by id for queues that differ."""

    version = serializers.IntegerField(read_only=True)
    days = DaysSerializer()
    queues = serializers.DictField(child=DaysSerializer(), required=False, default=dict)
    confirmed = serializers.IntegerField(
        write_only=True, required=False, help_text="How many sounds the rule would delete, when any."
    )
    made_by = serializers.CharField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True, allow_null=True)


class RunSerializer(serializers.Serializer):
    """One pass of deleting; `proof` is the SHA-256 over its lines."""

    id = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    policy_version = serializers.IntegerField()
    due = serializers.IntegerField()
    deleted = serializers.IntegerField()
    held = serializers.IntegerField()
    failed = serializers.IntegerField()
    proof = serializers.CharField()


class _Keeping(APIView):
    permission_classes: list[type[BasePermission]] = [KEEPERS]

    def read(self, kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
        given = kind(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class HoldsView(_Keeping):
    @extend_schema(operation_id="holds_list", responses=HoldSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that stand; `?lifted=true`: those that were lifted."""
        is_lifted = request.query_params.get("lifted") == "true"
        found = reads.holds(is_open=not is_lifted)[:MOST_LISTED]
        return Response(HoldSerializer(found, many=True).data)

    @extend_schema(operation_id="holds_create", request=NewHoldSerializer, responses={201: HoldSerializer})
    def post(self, request: Request) -> Response:
        """Of a call, or of every call with a number: from now on nothing of it is deleted."""
        given = self.read(NewHoldSerializer, request)
        number = to_e164(given["number"], request.tenant.country) if given.get("number") else None  # type: ignore[attr-defined]
        if (number is None) == ("call_id" not in given):
            raise NoSubject
        of = {"number": number} if number else {"call_id": given["call_id"]}
        hold = acts.place_hold(reason=given["reason"], at=timezone.now(), **of)
        return Response(HoldSerializer(hold).data, status=status.HTTP_201_CREATED)


class LiftHoldView(_Keeping):
    @extend_schema(request=ReasonSerializer, responses={204: None})
    def post(self, request: Request, hold_id: int) -> Response:
        reason = self.read(ReasonSerializer, request)["reason"]
        acts.lift_hold(hold_id=hold_id, reason=reason, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PurgesView(_Keeping):
    @extend_schema(operation_id="purges_list", responses=PurgeSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(PurgeSerializer(reads.purges()[:MOST_LISTED], many=True).data)

    @extend_schema(operation_id="purges_create", request=NewPurgeSerializer, responses={201: PurgeSerializer})
    def post(self, request: Request) -> Response:
        """The first of two people asks; another administrator confirms, also by this API with a key of their own."""
        given = self.read(NewPurgeSerializer, request)
        purge = acts.ask_purge(member=request.user, at=timezone.now(), **given)
        return Response(PurgeSerializer(purge).data, status=status.HTTP_201_CREATED)


class ConfirmPurgeView(_Keeping):
    @extend_schema(request=None, responses=PurgedSerializer)
    def post(self, request: Request, purge_id: int) -> Response:
        """What was heard in the call is deleted; a tombstone with the hash remains."""
        is_gone = acts.confirm_purge(purge_id=purge_id, member=request.user, at=timezone.now())
        return Response({"is_gone": is_gone})


class RefusePurgeView(_Keeping):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, purge_id: int) -> Response:
        """Also whoever asked may take it back."""
        acts.refuse_purge(purge_id=purge_id, member=request.user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class RetentionView(_Keeping):
    @extend_schema(operation_id="retention_read", responses=RetentionSerializer)
    def get(self, request: Request) -> Response:
        return Response(_said(reads.newest_retention()))

    @extend_schema(operation_id="retention_save", request=RetentionSerializer, responses=RetentionSerializer)
    def put(self, request: Request) -> Response:
        """A new version. One that would delete something tonight is saved only with that number in `confirmed`."""
        given = self.read(RetentionSerializer, request)
        choice = RetentionChoice(days=dict(given["days"]), queues=_queues(given["queues"]))
        would = reads.would_delete(choice.days, choice.queues, timezone.now())
        if would and given.get("confirmed") != would:
            raise WouldDelete(sounds=would)
        return Response(_said(save_retention(choice=choice, at=timezone.now())))


class RetentionRunsView(_Keeping):
    @extend_schema(operation_id="retention_runs", responses=RunSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        return Response(RunSerializer(reads.retention_runs()[:MOST_LISTED], many=True).data)


def _queues(given: dict[str, dict[str, int | None]]) -> dict[int, dict[str, int]]:
    """A kind left out is kept as the tenant's."""
    if not all(name.isascii() and name.isdigit() and len(name) < 10 for name in given):
        raise NotFound
    known = {int(name): {kind: days for kind, days in own.items() if days} for name, own in given.items()}
    return {queue: own for queue, own in known.items() if own}


def _said(policy: RetentionPolicy | None) -> dict[str, Any]:
    kinds = {kind: getattr(policy, f"{kind}_days", None) for kind in reads.KINDS}
    return {
        "version": policy.version if policy else 0,
        "days": kinds,
        "queues": policy.queues if policy else {},
        "made_by": policy.made_by if policy else "",
        "made_at": policy.made_at if policy else None,
    }
