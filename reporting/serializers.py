"""The shape of reports outside Python: figures by the ids of their definitions."""

from __future__ import annotations

from rest_framework import serializers

from reporting.registry import METRICS
from reporting.tables import Line, Table, kept_value


class MetricSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    formula = serializers.CharField()
    population = serializers.CharField()
    exclusions = serializers.CharField()
    unit = serializers.ChoiceField(choices=["count", "percent", "seconds"])
    is_chosen = serializers.BooleanField(help_text="The service level shown by default.")


class FigureLineSerializer(serializers.Serializer):
    label = serializers.CharField()
    figures = serializers.DictField(
        child=serializers.FloatField(allow_null=True),
        help_text="By id of the definition; null is nothing to divide by.",
    )


class CallReportSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()
    queue = serializers.IntegerField(allow_null=True)
    days = FigureLineSerializer(many=True)
    hours = FigureLineSerializer(many=True)
    total = FigureLineSerializer()
    unexplained = serializers.IntegerField(
        help_text="O − A − B − F − still waiting; anything but 0 is a fault."
    )


class AgentReportSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()
    agents = FigureLineSerializer(many=True)


class SiteReportSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()
    sites = FigureLineSerializer(
        many=True, help_text="The last is of agents of no site, where there are any."
    )


class HoursReportSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()
    queue = serializers.IntegerField(allow_null=True)
    served = FigureLineSerializer(
        many=True, help_text="Calls within and outside hours of service; a third where it is not known."
    )
    patterns = FigureLineSerializer(many=True, help_text="The same for each hours of service.")


def line_row(line: Line) -> dict:
    return {
        "label": line.label,
        "figures": {c.metric.id: kept_value(c.value, c.metric.unit) for c in line.cells},
    }


def table_rows(table: Table) -> list[dict]:
    return [line_row(line) for line in table.lines]


def all_figures(label: str, parts) -> dict:
    """Every metric of the registry, for the total."""
    figures = {metric.id: kept_value(metric.value(parts), metric.unit) for metric in METRICS.values()}
    return {"label": label, "figures": figures}
