"""Changes of trunks by people, and what switches tell of them. Each enters the public schema itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from telephony.trunks.authorities import authorities_in, fingerprint
from telephony.trunks.causes import TRUNK_CAUSES
from telephony.trunks.errors import NotCheckedYet, NoTrunkThere, TrialRuns, TrunksDown, TrunksFull
from telephony.trunks.handshake import OF_THE_CERTIFICATE, Certificate
from telephony.trunks.models import Trunk, TrunkCall, TrunkFault, TrunkRoute, TrunkSight, TrunkTest
from telephony.trunks.queries import BACKUP, is_down, routed, use_of
from tenants.context import enter_public
from tenants.people.actions import record_audit
from tenants.secrets import seal

RESERVED = timedelta(seconds=150)
"""An agent's phone rings first: for so long a place is kept for a call that has not gone out yet."""
LONGEST_TEST = timedelta(seconds=90)
_AUDITED = (
    "name", "carrier", "host", "port", "transport", "srtp", "way", "username", "networks", "codecs", "caller_form",
    "dial_prefix", "channels_out", "channels_in", "calls_per_second", "nodes", "state",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Terms:
    """All that is entered of a trunk, checked (terms.py); `secret` "" keeps the one there is."""

    name: str
    carrier: str
    cell_id: int
    nodes: tuple[str, ...]
    host: str
    port: int
    transport: str
    way: str
    username: str
    secret: str
    networks: tuple[str, ...]
    codecs: str
    caller_form: str
    dial_prefix: str
    channels_out: int
    channels_in: int
    calls_per_second: int
    srtp: str = "off"
    own_ca: str = ""


@transaction.atomic
def enter_trunk(*, terms: Terms, at: datetime, trunk_id: int | None = None) -> Trunk:
    """A new one, or these terms for one there is. The switches have it within seconds."""
    with enter_public():
        made = Trunk(state=Trunk.State.DRAFT)
        row = made if trunk_id is None else Trunk.objects.select_for_update().get(pk=trunk_id)
        before = {} if trunk_id is None else _told(row)
        values = {name: value for name, value in vars(terms).items() if name != "secret"}
        for name, value in values.items():
            setattr(row, name, list(value) if isinstance(value, tuple) else value)
        if terms.secret:
            row.sealed_secret, row.secret_set_at = seal(terms.secret), at
        row.changed_at, row.resolves, row.addresses = at, None, []
        row.tls_problem, row.tls_more, row.tls_until, row.tls_checked_at = "", "", None, None
        row.save()
        # What was seen was seen of the old terms.
        TrunkSight.objects.filter(trunk=row).delete()
        after = _told(row) | ({"password": "set anew"} if terms.secret else {})
        record_audit(verb="changed" if trunk_id else "added", subject=row, before=before or None, after=after)
    return row


def _told(row: Trunk) -> dict[str, Any]:
    """Never the secret, sealed or not."""
    told = {name: getattr(row, name) for name in _AUDITED}
    return told | {"own certificate authority": [fingerprint(one) for one in authorities_in(row.own_ca)]}


@transaction.atomic
def set_routes(*, trunk_id: int, prefixes: Iterable[str], position: int, at: datetime) -> None:
    """Which numbers go by this trunk, and its place among those that take the same ones."""
    with enter_public():
        row = Trunk.objects.select_for_update().get(pk=trunk_id)
        wanted = list(prefixes)
        before = list(row.routes.values_list("prefix", "position"))
        row.routes.exclude(prefix__in=wanted).delete()
        for prefix in wanted:
            TrunkRoute.objects.update_or_create(trunk=row, prefix=prefix, defaults={"position": position})
        after = [(prefix, position) for prefix in wanted]
        record_audit(
            verb="changed",
            subject=row,
            before={"routes": before},
            after={"routes": after, "at": f"{at:%F %T}"},
        )


@transaction.atomic
def use_trunk(*, trunk_id: int, at: datetime) -> None:
    """Calls go by it from now on. Raises NotCheckedYet while no switch of it reaches the carrier."""
    with enter_public():
        row = Trunk.objects.select_for_update().get(pk=trunk_id)
        sights = list(row.sights.all())
        if not any(one.is_up for one in sights):
            raise NotCheckedYet
        if not row.routes.exists():
            TrunkRoute.objects.create(trunk=row, prefix="", position=1)
        _set_state(row, Trunk.State.IN_USE, at)


@transaction.atomic
def switch_trunk_off(*, trunk_id: int, at: datetime) -> None:
    """No call goes by it from now on; those that go on are not touched."""
    with enter_public():
        row = Trunk.objects.select_for_update().get(pk=trunk_id)
        _set_state(row, Trunk.State.OFF, at)
        TrunkSight.objects.filter(trunk=row).delete()
        TrunkFault.objects.filter(trunk=row, cleared_at=None).update(cleared_at=at)


@transaction.atomic
def set_trunk_up(*, trunk_id: int, at: datetime) -> None:
    """One that was switched off is on the switches again, and is checked like a new one."""
    with enter_public():
        row = Trunk.objects.select_for_update().get(pk=trunk_id)
        if row.state == Trunk.State.OFF:
            _set_state(row, Trunk.State.DRAFT, at)


def _set_state(row: Trunk, state: str, at: datetime) -> None:
    before = row.state
    if before == state:
        return
    row.state, row.changed_at = state, at
    row.save(update_fields=["state", "changed_at"])
    record_audit(verb="changed", subject=row, before={"state": before}, after={"state": state})


# --- before a call ---------------------------------------------------------------------------------------------------
@transaction.atomic
def take_lines(*, number: str, leg_id: UUID, cell: str, at: datetime) -> tuple[str, ...]:
    """The lines this leg may go by, in order; the first has a place for it from now on.

    Nothing is reserved where no trunk is in use: then there is the one gateway of the settings. Raises NoTrunkThere,
    TrunksDown, TrunksFull.
    """
    with enter_public():
        found = routed(number.removeprefix("+"), cell)
        if found is None:
            return (BACKUP,)
        if not found:
            raise NoTrunkThere
        ids = [one.pk for one in found]
        locked = Trunk.objects.select_for_update(no_key=True).filter(pk__in=ids).prefetch_related("sights")
        rows = {row.pk: row for row in locked.order_by("pk")}
        reachable = [rows[pk] for pk in ids if _is_reachable(rows[pk], at)]
        if not reachable:
            raise TrunksDown
        uses = use_of(ids, at)
        free = [row for row in reachable if _has_place(row, uses[row.pk].out if row.pk in uses else 0, at)]
        if not free:
            raise TrunksFull
        _count_second(free[0], at)
        TrunkCall.objects.update_or_create(
            leg_id=leg_id,
            defaults={"trunk": free[0], "began_at": at, "reserved_until": at + RESERVED, "is_inbound": False},
        )
    return tuple(row.key for row in free)


def _is_reachable(row: Trunk, at: datetime) -> bool:
    """The switch's authorities are those of all its trunks; what our own look does not believe gets no call."""
    is_doubted = row.is_secure and row.tls_problem in OF_THE_CERTIFICATE
    return not is_doubted and not is_down(row.sights.all(), at)


def _has_place(row: Trunk, used: int, at: datetime) -> bool:
    in_this_second = row.second_calls if row.second_at == at.replace(microsecond=0) else 0
    return used < row.channels_out and in_this_second < row.calls_per_second


def _count_second(row: Trunk, at: datetime) -> None:
    second = at.replace(microsecond=0)
    row.second_calls = row.second_calls + 1 if row.second_at == second else 1
    row.second_at = second
    row.save(update_fields=["second_at", "second_calls"])


def note_leg(*, leg_id: UUID | str, line: str, node: str, at: datetime, is_inbound: bool = False) -> None:
    """The switch has this leg, on this line: it may be another than was reserved."""
    trunk_id = _id_of(line)
    if trunk_id is None:
        return
    with enter_public():
        if not Trunk.objects.filter(pk=trunk_id).exists():
            return
        on = {"trunk_id": trunk_id, "node": node[:40], "reserved_until": None}
        made = {**on, "began_at": at, "is_inbound": is_inbound}
        TrunkCall.objects.update_or_create(leg_id=leg_id, defaults=on, create_defaults=made)


def forget_legs(leg_ids: Iterable[UUID | str]) -> None:
    with enter_public():
        TrunkCall.objects.filter(leg_id__in=list(leg_ids)).delete()


def forget_dead(*, cell: str, live: Iterable[str], before: datetime) -> None:
    """Those no switch of the cell has any more."""
    with enter_public():
        old = TrunkCall.objects.filter(trunk__cell__name=cell, reserved_until=None, began_at__lt=before)
        old.exclude(leg_id__in=list(live)).delete()


def note_outcome(*, line: str, cause: str) -> None:
    """How a call by this trunk ended: at the carrier already, or as calls do."""
    with enter_public():
        found = Trunk.objects.filter(pk=_id_of(line))
        if cause in TRUNK_CAUSES:
            found.update(failures=F("failures") + 1, failed_cause=cause[:40])
        else:
            found.filter(failures__gt=0).update(failures=0)


def forget_reservations(*, at: datetime) -> None:
    with enter_public():
        TrunkCall.objects.filter(reserved_until__lt=at).delete()


def _id_of(line: str) -> int | None:
    digits = line.removeprefix("t")
    return int(digits) if line.startswith("t") and digits.isdecimal() and len(digits) < 10 else None


# --- what switches tell ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Seen:
    """One trunk at one switch, as the switch says; None and "" are what it did not say."""

    line: str
    registration: str
    is_up: bool | None
    ping_ms: float | None = None
    sip_status: int | None = None
    phrase: str = ""
    own_until: datetime | None = None


def note_certificate(*, trunk_id: int, found: Certificate, at: datetime) -> None:
    """What our own handshake with the carrier found. Of one that was entered anew meanwhile it says nothing."""
    with enter_public():
        Trunk.objects.filter(pk=trunk_id, changed_at__lte=at, transport=Trunk.Transport.TLS).update(
            tls_problem=found.problem, tls_more=found.more[:200], tls_until=found.until, tls_checked_at=at
        )


def note_addresses(*, trunk_id: int, addresses: list[str]) -> None:
    """What its host's name leads to now. A name that leads nowhere for a while leaves what was known."""
    with enter_public():
        known = {"addresses": addresses} if addresses else {}
        Trunk.objects.filter(pk=trunk_id).update(resolves=bool(addresses), **known)


@transaction.atomic
def note_sights(*, node: str, seen: Iterable[Seen], at: datetime) -> None:
    with enter_public():
        for one in seen:
            if (trunk_id := _id_of(one.line)) is not None:
                _note_sight(trunk_id, node, one, at)


def _note_sight(trunk_id: int, node: str, seen: Seen, at: datetime) -> None:
    if not Trunk.objects.filter(pk=trunk_id).exclude(state=Trunk.State.OFF).exists():
        return
    row, _made = TrunkSight.objects.select_for_update().get_or_create(
        trunk_id=trunk_id, node=node, defaults={"seen_at": at, "since": at}
    )
    is_new = (row.registration, row.is_up) != (seen.registration, seen.is_up)
    row.registration, row.is_up, row.seen_at = seen.registration[:16], seen.is_up, at
    row.since = at if is_new else row.since
    row.ping_ms = seen.ping_ms if seen.ping_ms is not None else row.ping_ms
    row.own_until = seen.own_until or row.own_until
    if seen.sip_status is not None:
        row.sip_status, row.phrase = seen.sip_status, seen.phrase[:80]
    row.save()
    Trunk.objects.filter(pk=trunk_id, checked_at=None).update(checked_at=at)


@transaction.atomic
def raise_faults(*, trunk_id: int, wrong: Iterable[tuple[str, str, str]], at: datetime) -> tuple[int, int]:
    """`wrong`: (kind, switch, more) of everything that is wrong now; what was and is not any more is over.

    Returns how many began and how many ended.
    """
    with enter_public():
        open_now = {
            (one.kind, one.node): one for one in TrunkFault.objects.filter(trunk_id=trunk_id, cleared_at=None)
        }
        now = {(kind, node): detail for kind, node, detail in wrong}
        for place in open_now.keys() - now.keys():
            TrunkFault.objects.filter(pk=open_now[place].pk).update(cleared_at=at)
        begun = now.keys() - open_now.keys()
        TrunkFault.objects.bulk_create(
            [
                TrunkFault(
                    trunk_id=trunk_id, kind=kind, node=node, detail=now[kind, node][:120], raised_at=at
                )
                for kind, node in begun
            ],
            ignore_conflicts=True,
        )
    return len(begun), len(open_now.keys() - now.keys())


# --- test calls ------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_test(*, trunk_id: int, number: str, asked_by: str, at: datetime) -> TrunkTest:
    """The worker makes it within seconds. Raises TrialRuns."""
    with enter_public():
        row = Trunk.objects.select_for_update().get(pk=trunk_id)
        runs = TrunkTest.objects.filter(trunk=row, ended_at=None, asked_at__gt=at - LONGEST_TEST)
        if runs.exists():
            raise TrialRuns
        record_audit(verb="made a test call by", subject=row, after={"digits": len(number)})
        return TrunkTest.objects.create(trunk=row, number=number, asked_by=asked_by[:150], asked_at=at)


def end_test(*, test_id: int, at: datetime, **found: Any) -> None:
    """`found`: the fields of TrunkTest that were learnt."""
    with enter_public():
        TrunkTest.objects.filter(pk=test_id, ended_at=None).update(ended_at=at, **found)


def give_up_tests(*, at: datetime) -> None:
    """Asked for, and nobody made it: the worker was away."""
    with enter_public():
        late = Q(asked_at__lt=at - LONGEST_TEST)
        TrunkTest.objects.filter(late, ended_at=None).update(ended_at=at, cause="NOT_MADE")
