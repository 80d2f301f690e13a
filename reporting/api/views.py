"""The same figures as the report page, by the ids of their definitions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reporting import policies, queries, tables
from reporting.console.forms import QuestionForm
from reporting.hours_lines import hours_tables
from reporting.queries import Question
from reporting.registry import METRICS
from reporting.serializers import (
    AgentReportSerializer,
    CallReportSerializer,
    HoursReportSerializer,
    MetricSerializer,
    SiteReportSerializer,
    all_figures,
    table_rows,
)
from tenants.errors import BadInput
from tenants.people.console.access import RolePermission

FILTERS = [
    OpenApiParameter("first", str, description="First day, YYYY-MM-DD; on the tenant's clock"),
    OpenApiParameter("last", str, description="Last day, included"),
    OpenApiParameter("queue", int, description="Id of a queue; none is all"),
]


class _ReportView(APIView):
    permission_classes = [RolePermission.of(*policies.REPORT_ROLES)]

    def question(self, request: Request) -> Question:
        """Programs are told what they said wrong; people get the nearest sense."""
        form = QuestionForm(request.query_params, zone=ZoneInfo(request.tenant.time_zone))
        if not form.is_valid():
            field, errors = next(iter(form.errors.items()))
            raise BadInput(errors[0], field=field)
        return form.question()


class CallReportView(_ReportView):
    @extend_schema(parameters=FILTERS, responses=CallReportSerializer)
    def get(self, request: Request) -> Response:
        question = self.question(request)
        report = queries.report(question, timezone.now())
        answer = _head(question) | {
            "queue": question.queue_id,
            "days": table_rows(tables.day_table(report, question)),
            "hours": table_rows(tables.hour_table(report, question)),
            "total": all_figures("total", report.total),
            "unexplained": report.total.unexplained,
        }
        return Response(answer)


class AgentReportView(_ReportView):
    @extend_schema(parameters=FILTERS, responses=AgentReportSerializer)
    def get(self, request: Request) -> Response:
        question = self.question(request)
        lines = queries.agent_lines(question, timezone.now())
        return Response(_head(question) | {"agents": table_rows(tables.agent_table(lines, question))})


class SiteReportView(_ReportView):
    @extend_schema(parameters=FILTERS, responses=SiteReportSerializer)
    def get(self, request: Request) -> Response:
        question = self.question(request)
        table = tables.site_table(queries.site_lines(question, timezone.now()), question)
        return Response(_head(question) | {"sites": table_rows(table)})


class HoursReportView(_ReportView):
    @extend_schema(parameters=FILTERS, responses=HoursReportSerializer)
    def get(self, request: Request) -> Response:
        question = self.question(request)
        together, apart = hours_tables(question)
        answer = {"served": table_rows(together), "patterns": table_rows(apart)}
        return Response(_head(question) | {"queue": question.queue_id} | answer)


class MetricListView(APIView):
    permission_classes = [RolePermission.of(*policies.REPORT_ROLES)]

    @extend_schema(responses=MetricSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(MetricSerializer(METRICS.values(), many=True).data)


def _head(question: Question) -> dict:
    period = question.period
    return {"first": period.first, "last": period.last, "time_zone": period.zone.key}
