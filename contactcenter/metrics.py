"""/metrics for Prometheus: how we are, in figures."""

import time

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from contactcenter import health
from telephony.cells.capacity import gauges, latest_measurement
from telephony.queries.canary import last_round
from telephony.queries.line_tally import counted_lines
from telephony.queries.load import load_now
from telephony.queries.recording_room import recording_disks
from telephony.queries.truth import BUCKETS, KINDS, last_look
from telephony.queries.vault_signs import figures_by_tenant
from telephony.trunks import queries as trunks
from tenants.hooks import tally
from tenants.service import mailbox_sign
from tenants.service.queries.outside import seen_from_outside


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
        yield from self._capacity()

    def _capacity(self):
        """How near we are to what was measured here; nothing while the database is away."""
        limit = GaugeMetricFamily(
            "contactcenter_capacity_limit", "Measured on this installation", labels=["what"]
        )
        now = GaugeMetricFamily("contactcenter_capacity_now", "The present", labels=["what"])
        try:
            known = gauges(latest_measurement(), load_now())
        except DatabaseError:
            return
        for gauge in known:
            if gauge.limit is not None:
                limit.add_metric([gauge.id], gauge.limit)
            if gauge.now is not None:
                now.add_metric([gauge.id], gauge.now)
        yield from (limit, now)

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


class Differences(Collector):
    """Where rows, router and switch did not agree, by kind; of the whole cell, since the worker's start."""

    def describe(self):
        return []

    def collect(self):
        look = last_look()
        if look is None:
            return
        yield GaugeMetricFamily(
            "contactcenter_truth_look_age_seconds",
            "Since rows and switch were last compared",
            look.age_seconds,
        )
        yield GaugeMetricFamily(
            "contactcenter_truth_turn_seconds", "What a comparison takes", look.turn_seconds
        )
        found = CounterMetricFamily(
            "contactcenter_differences_found", "States that were not so", labels=["kind"]
        )
        is_open = GaugeMetricFamily(
            "contactcenter_differences_open", "Found and not yet healed", labels=["kind"]
        )
        took = HistogramMetricFamily(
            "contactcenter_difference_seconds_to_heal", "From found to healed", labels=["kind"]
        )
        for kind in KINDS:
            found.add_metric([kind], look.found.get(kind, 0))
            is_open.add_metric([kind], look.open.get(kind, 0))
            buckets = [(str(most), look.within.get(f"{kind} {most}", 0)) for most in BUCKETS]
            healed = look.healed.get(kind, 0)
            took.add_metric([kind], [*buckets, ("+Inf", healed)], look.seconds.get(kind, 0.0))
        yield from (found, is_open, took)


class Canary(Collector):
    """The last whole round of the canary over the numbers of the cell."""

    def describe(self):
        return []

    def collect(self):
        said = last_round()
        if said is None:
            return
        for name, meaning, value in (
            ("numbers", "Numbers dialled in the last round", said["checked"]),
            ("broken_numbers", "Numbers found broken in it", said["broken"]),
            ("round_seconds", "What it took", said["seconds"]),
            ("age_seconds", "Since its end", time.time() - said["at"]),
        ):
            yield GaugeMetricFamily(f"contactcenter_canary_{name}", meaning, value=value)


class Webhooks(Collector):
    """What waits for tenants' own systems, of all tenants together."""

    def describe(self):
        return []

    def collect(self):
        said = tally.last()
        if said is None:
            return
        for name, meaning, value in (
            ("waiting", "Events not yet delivered to endpoints that are sent to", said["waiting"]),
            ("oldest_seconds", "How long ago the oldest of them happened", said["oldest_seconds"]),
            ("stopped", "Endpoints that took nothing for hours and wait for a person", said["stopped"]),
            ("age_seconds", "Since this was counted", time.time() - said["at"]),
        ):
            yield GaugeMetricFamily(f"contactcenter_webhooks_{name}", meaning, value=value)


class Mailbox(Collector):
    """The mailbox mails to support are fetched from; nothing where none is set."""

    def describe(self):
        return []

    def collect(self):
        said = mailbox_sign.last() if settings.MAILBOX else None
        if said is None:
            return
        for name, meaning, value in (
            ("up", "1: its server answers", 0.0 if said["problem"] else 1.0),
            ("away_seconds", "How long it has not answered", said["away_seconds"]),
            ("failures", "Tries since it answered", said["failures"]),
            ("refused", "Mails of a day that became no case and want a look", said["refused"]),
            ("unmarked", "Mails taken and not yet marked on the server", said["unmarked"]),
            ("age_seconds", "Since this was written", time.time() - said["at"]),
        ):
            yield GaugeMetricFamily(f"contactcenter_mailbox_{name}", meaning, value=value)


class Outside(Collector):
    """What watchers on other machines see of us; nothing while the database is away."""

    def describe(self):
        return []

    def collect(self):
        try:
            known = seen_from_outside(timezone.now())
        except DatabaseError:
            return
        age = GaugeMetricFamily(
            "contactcenter_outside_age_seconds", "Since a watcher's last look", labels=["watcher"]
        )
        up = GaugeMetricFamily(
            "contactcenter_outside_up", "1: this watcher reaches it", labels=["watcher", "part"]
        )
        for one in known:
            if one.age_seconds is not None:
                age.add_metric([one.watcher.name], one.age_seconds)
            for part, state in one.states.items():
                up.add_metric([one.watcher.name, part], 1.0 if state == "up" else 0.0)
        yield from (age, up)


class Lines(Collector):
    """How many legs were judged by their sound, and how many were below their tenant's threshold."""

    def describe(self):
        return []

    def collect(self):
        counted = counted_lines()
        if counted is None:
            return
        judged, poor = counted
        yield CounterMetricFamily("contactcenter_lines_judged", "Legs whose sound was measured", value=judged)
        yield CounterMetricFamily(
            "contactcenter_lines_poor", "Of these below the tenant's threshold", value=poor
        )


class Trunks(Collector):
    """Lines to carriers, as the switches find them; nothing while the database is away."""

    def describe(self):
        return []

    def collect(self):
        try:
            known, uses, faults = trunks.trunks(), trunks.uses(timezone.now()), trunks.open_faults()
        except DatabaseError:
            return
        up = GaugeMetricFamily("contactcenter_trunk_up", "1: its carrier answers", labels=["trunk", "node"])
        calls = GaugeMetricFamily("contactcenter_trunk_calls", "Calls by it", labels=["trunk", "direction"])
        room = GaugeMetricFamily(
            "contactcenter_trunk_channels", "Calls it bears", labels=["trunk", "direction"]
        )
        ends = GaugeMetricFamily(
            "contactcenter_trunk_certificate_ends_timestamp_seconds",
            "When a certificate of a trunk by TLS ends: the carrier's, or a switch's own",
            labels=["trunk", "whose"],
        )
        wrong = GaugeMetricFamily("contactcenter_trunk_faults", "What is wrong with it now", labels=["trunk"])
        for row in known:
            for sight in row.sights.all():
                up.add_metric([row.name, sight.node], 1.0 if sight.is_up else 0.0)
            for whose, until in _certificates(row):
                ends.add_metric([row.name, whose], until.timestamp())
            use = uses.get(row.pk, trunks.Use())
            for direction, now, most in (
                ("out", use.out, row.channels_out),
                ("in", use.into, row.channels_in),
            ):
                calls.add_metric([row.name, direction], now)
                room.add_metric([row.name, direction], most)
            wrong.add_metric([row.name], sum(fault.trunk_id == row.pk for fault in faults))
        yield from (up, calls, room, ends, wrong)


def _certificates(row):
    """(whose, until when) of a trunk by TLS; "carrier" or the switch."""
    if not row.is_secure:
        return []
    known = [("carrier", row.tls_until), *((sight.node, sight.own_until) for sight in row.sights.all())]
    return [(whose, until) for whose, until in known if until]


class Vault(Collector):
    """Room for recordings, and of each tenant's kept sounds what is used, late or in alarm."""

    def describe(self):
        return []

    def collect(self):
        free = GaugeMetricFamily(
            "contactcenter_recording_free_bytes", "Room on a disk of recordings", labels=["folder"]
        )
        for disk in recording_disks():
            free.add_metric([disk.folder], disk.free)
        yield free
        known = figures_by_tenant()
        for name, meaning in (
            ("used_bytes", "Bytes of kept sounds"),
            ("quota_level", "Level of the quota that is reached: 80, 95, 100; 0 below"),
            ("alarms", "Sounds that are not what was recorded, or are gone"),
            ("late", "Sounds whose sealing or moving has failed so far"),
        ):
            of_tenants = GaugeMetricFamily(f"contactcenter_vault_{name}", meaning, labels=["tenant"])
            for tenant, said in known.items():
                of_tenants.add_metric([tenant], getattr(said, name))
            yield of_tenants
        stopped = GaugeMetricFamily(
            "contactcenter_recording_stopped", "1: for want of room", labels=["tenant", "why"]
        )
        for tenant, said in known.items():
            stopped.add_metric([tenant, said.stopped], 1.0 if said.stopped else 0.0)
        yield stopped


REGISTRY.register(Vault())
REGISTRY.register(SignsOfLife())
REGISTRY.register(Differences())
REGISTRY.register(Canary())
REGISTRY.register(Webhooks())
REGISTRY.register(Mailbox())
REGISTRY.register(Outside())
REGISTRY.register(Lines())
REGISTRY.register(Trunks())


def metrics(request: HttpRequest) -> HttpResponse:
    token = settings.METRICS_TOKEN
    if token and request.headers.get("Authorization") != f"Bearer {token}":
        return HttpResponse(status=401)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
