"""Call flows for machines: what the editor does, with the same refusals."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from telephony import policies
from telephony.actions import flow_imports
from telephony.actions import flows as actions
from telephony.api import flow_shapes as shapes
from telephony.flow_errors import FlowNotReady, FlowVersionNotFound, NumberNotFound
from telephony.flows.check import Problem
from telephony.flows.differences import differences
from telephony.flows.document import Document, empty
from telephony.flows.templates import TEMPLATES
from telephony.models import Flow, FlowVersion
from telephony.queries import flow_exports, flow_walks
from telephony.queries import flows as queries
from telephony.queries.routes import entry_of
from telephony.tasks import send_to_be_spoken
from tenants.context import current_tenant
from tenants.people.console.access import RolePermission

LEADING = RolePermission.of(*policies.LEADERS)
PUBLISHING = RolePermission.of(*policies.CONFIGURERS)
BRINGING_IN = RolePermission.of(*policies.LEADERS, writers=policies.CONFIGURERS)
VERSION = OpenApiParameter("version", int, description="A published version; left out, the draft.")


class FlowViewSet(viewsets.GenericViewSet):
    """Leaders read, draw and try; administrators publish, roll back, put away, bring in and lead numbers."""

    permission_classes: list[type[BasePermission]] = [LEADING]
    publishing = frozenset({"publish", "roll_back", "archive", "restore", "lead", "unlead", "bring_in"})
    parser_classes = [shapes.FlowParser]
    pagination_class = None
    filter_backends: list[Any] = []
    serializer_class = shapes.WholeFlowSerializer
    lookup_value_regex = "[0-9]{1,9}"

    def get_permissions(self) -> list[BasePermission]:
        if self.action in self.publishing:
            return [PUBLISHING()]
        return [BRINGING_IN()] if self.action == "templates" else super().get_permissions()

    def get_queryset(self) -> Any:
        return queries.flows(with_archived=True)

    @extend_schema(
        parameters=[OpenApiParameter("archived", bool)], responses=shapes.FlowSerializer(many=True)
    )
    def list(self, request: Request) -> Response:
        found = queries.flows(with_archived=request.query_params.get("archived") in ("1", "true"))
        return Response(shapes.FlowSerializer(found, many=True).data)

    @extend_schema(responses=shapes.WholeFlowSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return _told(_flow(pk))

    @extend_schema(request=shapes.NewFlowSerializer, responses={201: shapes.WholeFlowSerializer})
    def create(self, request: Request) -> Response:
        given = _given(shapes.NewFlowSerializer, request)
        made = actions.create_flow(
            name=given["name"], document=given.get("document"), by=request.user, at=timezone.now()
        )
        return _told(made, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.FlowNameSerializer, responses=shapes.WholeFlowSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        return _told(actions.rename_flow(flow_id=int(pk), **_given(shapes.FlowNameSerializer, request)))

    @extend_schema(request=shapes.FlowDraftSerializer, responses=shapes.WholeFlowSerializer)
    @action(detail=True, methods=["put"])
    def draft(self, request: Request, pk: str) -> Response:
        """409 when somebody else has saved since."""
        given = _given(shapes.FlowDraftSerializer, request)
        return _told(actions.save_draft(flow_id=int(pk), by=request.user, at=timezone.now(), **given))

    @extend_schema(request=shapes.FlowCheckedSerializer, responses=shapes.FlowProblemSerializer(many=True))
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        given = _given(shapes.FlowCheckedSerializer, request)
        document = actions.read_document(given.get("document", _flow(pk).draft))
        return _problems(queries.problems_of(document, timezone.now()))

    @extend_schema(responses=shapes.FlowPreflightSerializer)
    @action(detail=True, methods=["get"])
    def preflight(self, request: Request, pk: str) -> Response:
        """What publishing the draft would do; nothing is done."""
        return Response(shapes.FlowPreflightSerializer(queries.preflight(_flow(pk), timezone.now())).data)

    @extend_schema(request=shapes.FlowPublishSerializer, responses={201: shapes.WholeFlowVersionSerializer})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """409 with the problems when the check finds any."""
        given = _given(shapes.FlowPublishSerializer, request)
        return _published(actions.publish_flow, flow_id=int(pk), by=request.user, **given)

    @extend_schema(request=shapes.FlowRollBackSerializer, responses={201: shapes.WholeFlowVersionSerializer})
    @action(detail=True, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request, pk: str) -> Response:
        given = _given(shapes.FlowRollBackSerializer, request)
        return _published(actions.roll_back_flow, flow_id=int(pk), by=request.user, **given)

    @extend_schema(responses=shapes.FlowVersionSerializer(many=True))
    @action(detail=True, methods=["get"])
    def versions(self, request: Request, pk: str) -> Response:
        return Response(shapes.FlowVersionSerializer(queries.versions(_flow(pk)), many=True).data)

    @extend_schema(
        responses=shapes.WholeFlowVersionSerializer,
        parameters=[OpenApiParameter("number", int, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["get"], url_path="versions/(?P<number>[0-9]{1,9})")
    def version(self, request: Request, pk: str, number: str) -> Response:
        return Response(shapes.WholeFlowVersionSerializer(_version(_flow(pk), int(number))).data)

    @extend_schema(
        responses=shapes.FlowDifferenceSerializer(many=True),
        parameters=[OpenApiParameter("from", int), OpenApiParameter("to", int)],
    )
    @action(detail=True, methods=["get"])
    def differences(self, request: Request, pk: str) -> Response:
        """Between two versions; `from` left out is the published one, `to` left out the draft."""
        flow = _flow(pk)
        before = _document(flow, request.query_params.get("from"), or_published=True)
        after = _document(flow, request.query_params.get("to"))
        return Response(shapes.FlowDifferenceSerializer(differences(before, after), many=True).data)

    @extend_schema(request=shapes.FlowTrialSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def walk(self, request: Request, pk: str) -> Response:
        """The caller simulator: what is heard, step by step, and where it ends."""
        flow, given = _flow(pk), _given(shapes.FlowTrialSerializer, request)
        document = _document(flow, given.pop("version", None))
        trial = flow_walks.Trial(**({"at": timezone.now()} | given))
        return Response(flow_walks.try_flow(document, trial, flow_id=flow.pk).as_dict())

    @extend_schema(parameters=[VERSION], responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
    def export(self, request: Request, pk: str) -> Response:
        """The flow with the names of all it speaks of, to be imported elsewhere."""
        flow = _flow(pk)
        document = _document(flow, request.query_params.get("version"))
        return Response(flow_exports.exported(document, flow.name).as_dict())

    @extend_schema(request=shapes.FlowImportSerializer, responses={201: shapes.FlowImportedSerializer})
    @action(detail=False, methods=["post"], url_path="import")
    def bring_in(self, request: Request) -> Response:
        """Prompts and hours it brings along are made, so only an administrator may."""
        given = _given(shapes.FlowImportSerializer, request)
        return _imported(request, flow_imports.import_flow, raw=given["flow"], name=given["name"])

    @extend_schema(methods=["GET"], request=None, responses=shapes.FlowTemplateSerializer(many=True))
    @extend_schema(
        methods=["POST"],
        request=shapes.FromTemplateSerializer,
        responses={201: shapes.FlowImportedSerializer},
    )
    @action(detail=False, methods=["get", "post"])
    def templates(self, request: Request) -> Response:
        """The usual trades; a template posted becomes a flow."""
        if request.method == "GET":
            return Response(shapes.FlowTemplateSerializer(_templates(), many=True).data)
        given = _given(shapes.FromTemplateSerializer, request)
        return _imported(request, flow_imports.create_from_template, key=given.pop("template"), **given)

    @extend_schema(request=None, responses=shapes.WholeFlowSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        return _told(actions.archive_flow(flow_id=int(pk)))

    @extend_schema(request=None, responses=shapes.WholeFlowSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        return _told(actions.restore_flow(flow_id=int(pk)))

    @extend_schema(request=shapes.FlowLeadSerializer, responses=shapes.WholeFlowSerializer)
    @action(detail=True, methods=["post"])
    def lead(self, request: Request, pk: str) -> Response:
        """Callers of this number go through the flow from the next call on."""
        return self._lead(request, pk, int(pk))

    @extend_schema(request=shapes.FlowLeadSerializer, responses=shapes.WholeFlowSerializer)
    @action(detail=True, methods=["post"])
    def unlead(self, request: Request, pk: str) -> Response:
        """Callers of this number go to its queue at once."""
        return self._lead(request, pk, None)

    def _lead(self, request: Request, pk: str, flow_id: int | None) -> Response:
        number = _given(shapes.FlowLeadSerializer, request)["number"]
        flow, entry = _flow(pk), entry_of(number, str(current_tenant().country))
        if entry is None or (flow_id is None and entry.flow_id != flow.pk):
            raise NumberNotFound
        actions.lead_number(entry_id=entry.pk, flow_id=flow_id)
        return _told(flow)


def _given(shape: type[Serializer], request: Request) -> dict[str, Any]:
    said = shape(data=request.data)
    said.is_valid(raise_exception=True)
    return dict(said.validated_data)


def _flow(pk: str) -> Flow:
    return get_object_or_404(Flow.objects.select_related("published", "draft_changed_by"), pk=pk)


def _told(flow: Flow, code: int = status.HTTP_200_OK) -> Response:
    return Response(shapes.WholeFlowSerializer(flow).data, status=code)


def _version(flow: Flow, number: int) -> FlowVersion:
    found = queries.version(flow, number)
    if found is None:
        raise FlowVersionNotFound
    return found


def _document(flow: Flow, number: int | str | None, *, or_published: bool = False) -> Document:
    """A version's document; without a number the published one's (an empty one's) or the draft's."""
    if number not in (None, ""):
        return actions.read_document(_version(flow, _whole(number)).document)
    if or_published:
        return actions.read_document(flow.published.document if flow.published else empty())
    return actions.read_document(flow.draft)


def _whole(number: int | str | None) -> int:
    text = str(number)
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise FlowVersionNotFound
    return int(text)


def _problems(problems: list[Problem], code: int = status.HTTP_200_OK) -> Response:
    told = [problem.as_dict() for problem in problems]
    return Response(shapes.FlowProblemSerializer(told, many=True).data, status=code)


def _published(publish: Any, **given: Any) -> Response:
    """The refusal says what the check found, as the check itself does."""
    try:
        version = publish(at=timezone.now(), **given)
    except FlowNotReady as refusal:
        problems = [problem.as_dict() for problem in refusal.problems]
        said = {"code": refusal.code, "message": refusal.message, "problems": problems}
        return Response(said, status=refusal.status)
    return Response(shapes.WholeFlowVersionSerializer(version).data, status=status.HTTP_201_CREATED)


def _imported(request: Request, bring: Any, **given: Any) -> Response:
    made = bring(by=request.user, at=timezone.now(), **given)
    transaction.on_commit(lambda: send_to_be_spoken(made.to_speak))
    return Response(shapes.FlowImportedSerializer(made).data, status=status.HTTP_201_CREATED)


def _templates() -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "name": dict(zip(("zh", "en"), one.name, strict=True)),
            "about": dict(zip(("zh", "en"), one.about, strict=True)),
            "nodes": len(one.nodes),
        }
        for one in TEMPLATES.values()
    ]
