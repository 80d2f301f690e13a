"""/metrics for Prometheus: how we are, in figures."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from contactcenter import health


class SignsOfLife(Collector):
    """1 or 0 per part, its age, and how far the switch's news lags behind."""

    def describe(self):
        """Nothing in advance: measuring at import would ask the database from wherever the import happens."""
        return []

    def collect(self):
        up = GaugeMetricFamily("contactcenter_up", "Whether this part answers", labels=["part"])
        age = GaugeMetricFamily(
            "contactcenter_sign_of_life_age_seconds", "Since it was heard of", labels=["part"]
        )
        measured = health.measure()
        for part, said in measured.items():
            up.add_metric([part], 1.0 if said["state"] == "up" else 0.0)
            if said["age_seconds"] is not None:
                age.add_metric([part], said["age_seconds"])
        yield from (up, age)
        yield from self._said_by_worker(measured["worker"])
        yield from self._worker_figures()

    def _said_by_worker(self, said):
        for name, meaning in (
            ("epoch", "How often the right to act for the cell has changed hands"),
            ("spares", "Workers that stand by to take over"),
            ("event_lag_seconds", "From the switch's event to our ingest"),
            ("facts_waiting", "News of the switch not yet taken in"),
            ("failures", "What could not be handled and was left out since the worker's start"),
        ):
            if said.get(name) is not None:
                yield GaugeMetricFamily(f"contactcenter_worker_{name}", meaning, value=said[name])
        if said.get("holder"):
            holder = GaugeMetricFamily("contactcenter_worker", "Which one acts", labels=["holder"])
            holder.add_metric([said["holder"]], 1.0)
            yield holder

    def _worker_figures(self):
        for name, meaning in (
            ("calls_waiting", "Callers waiting for an agent"),
            ("calls_live", "Calls going on"),
        ):
            value = health.figure(name)
            if value is not None:
                yield GaugeMetricFamily(f"contactcenter_{name}", meaning, value=value)


REGISTRY.register(SignsOfLife())


def metrics(request: HttpRequest) -> HttpResponse:
    token = settings.METRICS_TOKEN
    if token and request.headers.get("Authorization") != f"Bearer {token}":
        return HttpResponse(status=401)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
