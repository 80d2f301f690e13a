"""A thread beside the main loop that keeps the cell's trunks: writes them for each switch, has them read, looks how the
carriers answer, counts what goes by them, raises and clears faults, and makes test calls.

Nothing is remembered that rows, files and switches do not say, but what a switch still has to be told.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection

from telephony.freeswitch import trunk_call, trunk_document, trunk_tls
from telephony.freeswitch.documents import UnsafeText
from telephony.queries.nodes import nodes_of
from telephony.switch import UnsafeValue
from telephony.trunks import actions, handshake, queries
from telephony.trunks.authorities import authorities_in
from telephony.trunks.models import Trunk, TrunkTest
from telephony.worker.beside import Beside
from telephony.worker.trunk_certificates import CertificateWatch, look_at

log = structlog.get_logger()

LOOK_EVERY = 3.0
COUNT_EVERY = 9.0
RESOLVE_EVERY = 60.0
TEST_RINGS = 30.0
SETTLED = timedelta(seconds=20)
"""A leg may be on its way for so long before the switch's list not having it means that it is gone."""
MOST_ASKED = 50
FAILURES = 3
"""So many calls in a row that failed at the carrier are a fault."""


class TrunkKeeper(Beside):
    """Works only while `may_act` says so, so that two workers never write the same files."""

    def __init__(
        self,
        known: Mapping[str, Any],
        *,
        may_act: Callable[[], bool],
        after_write: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__("trunk keeper", every=LOOK_EVERY, may_act=may_act)
        self._known, self._after_write = known, after_write
        self._owed: dict[str, set[str]] = {}
        self._networks_owed: set[str] = set()
        self._counted_at = float("-inf")
        self._tested: set[int] = set()
        self._resolved: dict[str, float] = {}
        self._certificates = CertificateWatch()

    def look(self, at: datetime) -> None:
        cell = str(self._known["cell"])
        lines = queries.lines_of(cell)
        if lines or self._has_old():
            for node in nodes_of(self._known):
                self._keep(node, [(row, line) for row, line in lines if row.is_on(str(node["node"]))], at)
        self._resolve([row for row, _line in lines if row.resolves is None])
        self._certificates.look(row for row, _line in lines)
        if lines:
            self._judge([row for row, _line in lines], at)
            self._make_tests(cell)
        if time.monotonic() - self._counted_at > COUNT_EVERY:
            self._counted_at = time.monotonic()
            self._count(cell, [row for row, _line in lines], at)

    def _has_old(self) -> bool:
        """Trunks that were switched off are still in a file."""
        folders = [Path(str(node["directory"])) / "conf" for node in nodes_of(self._known)]
        both = (trunk_document.FOLDER, trunk_document.SECURE_FOLDER)
        paths = [folder / place / "trunks.xml" for folder in folders for place in both]
        return any(path.is_file() and path.stat().st_size > 1 for path in paths)

    # --- what the switches have ----------------------------------------------------------------------------------
    def _keep(self, node: Mapping[str, Any], lines: Sequence[tuple[Trunk, Any]], at: datetime) -> None:
        name, folder = str(node["node"]), Path(str(node["directory"])) / "conf"
        if folder.is_dir():
            self._write(name, folder, [line for _row, line in lines])
        told = trunk_call.listed(node)
        if told is None:
            return
        wanted, have = {row.key for row, _line in lines}, {one.line for one in told}
        owed = self._owed.get(name, set()) | (have - wanted)
        if owed or wanted - have or name in self._networks_owed:
            if trunk_call.read_again(node, gone=owed & have, networks=name in self._networks_owed):
                self._owed.pop(name, None)
                self._networks_owed.discard(name)
            told = trunk_call.listed(node) or []
        by_tls = {row.key for row, _line in lines if row.is_secure}
        until = trunk_tls.own_until(folder.parent) if by_tls else None
        seen = [
            actions.Seen(**vars(one) | {"own_until": until if one.line in by_tls else None})
            for one in told
            if one.line in wanted
        ]
        actions.note_sights(node=name, seen=seen, at=at)

    def _write(self, name: str, folder: Path, lines: Sequence[Any]) -> None:
        """What cannot be written safely is left out, and the others are not."""
        try:
            fit = [line for line in lines if _is_safe(line)]
            networks = trunk_document.networks_document(network for line in fit for network in line.networks)
            seconds = int(self._known.get("gateway_watch_seconds") or trunk_document.PING_SECONDS)
            seconds = min(seconds, trunk_document.PING_SECONDS)
            gateways = trunk_document.gateways_document(fit, ping_seconds=seconds)
            secure = trunk_document.gateways_document(fit, ping_seconds=seconds, is_secure=True)
            believed = [one for line in fit for one in authorities_in(line.own_ca)]
            trunk_tls.write_authorities(folder.parent, believed)
            changed, are_others = trunk_document.write_trunks(folder, gateways, networks, secure)
        except OSError as error:
            log.warning("The switch's trunks could not be written.", problem=type(error).__name__)
            return
        if changed:
            self._owed.setdefault(name, set()).update(changed)
            self._after_write()
        if are_others:
            self._networks_owed.add(name)

    # --- what is wrong ---------------------------------------------------------------------------------------------
    def _judge(self, rows: Iterable[Trunk], at: datetime) -> None:
        uses, known = queries.uses(at), {one.pk: one for one in queries.trunks()}
        for row in (known[one.pk] for one in rows if one.pk in known):
            wrong = faults_of(row, uses.get(row.pk, queries.Use()), at) if row.state == "in_use" else []
            begun, ended = actions.raise_faults(trunk_id=row.pk, wrong=wrong, at=at)
            if begun:
                log.warning(
                    "Something is wrong with a trunk.", trunk=row.key, faults=[one[0] for one in wrong]
                )
            if ended and not wrong:
                log.info("A trunk works again.", trunk=row.key)

    def _resolve(self, rows: Iterable[Trunk]) -> None:
        """Names lead elsewhere one day. New ones at once, the others each minute."""
        for row in rows:
            if (
                row.resolves
                and time.monotonic() - self._resolved.get(row.host, float("-inf")) < RESOLVE_EVERY
            ):
                continue
            self._resolved[row.host] = time.monotonic()
            found = addresses_of(row.host)
            if (found or row.addresses, bool(found)) != (row.addresses, row.resolves):
                actions.note_addresses(trunk_id=row.pk, addresses=found)

    # --- what uses them --------------------------------------------------------------------------------------------
    def _count(self, cell: str, rows: Sequence[Trunk], at: datetime) -> None:
        """Rows and switches compared: legs that are gone count no more, legs nobody told us of do."""
        actions.forget_reservations(at=at)
        actions.give_up_tests(at=at)
        self._resolve(rows)
        counted = queries.legs_counted(cell)
        live: dict[str, tuple[Mapping[str, Any], bool, str]] = {}
        for node in nodes_of(self._known) if rows or counted else ():
            legs = trunk_call.outside_legs(node)
            if legs is None:
                return
            live |= {leg_id: (node, came_in, address) for leg_id, (came_in, address) in legs.items()}
        actions.forget_dead(cell=cell, live=live.keys(), before=at - SETTLED)
        unknown = [leg_id for leg_id in live if not counted.get(leg_id)][:MOST_ASKED]
        for leg_id in unknown:
            where, came_in, address = live[leg_id]
            line = line_from(rows, address) if came_in else trunk_call.line_of_leg(where, leg_id)
            if line:
                actions.note_leg(leg_id=leg_id, line=line, node=str(where["node"]), at=at, is_inbound=came_in)

    # --- test calls ------------------------------------------------------------------------------------------------
    def _make_tests(self, cell: str) -> None:
        """Each in a thread of its own: nobody waits for who does not pick up."""
        for asked in queries.tests_asked(cell):
            nodes = [node for node in nodes_of(self._known) if asked.trunk.is_on(str(node["node"]))]
            if nodes and asked.pk not in self._tested:
                self._tested.add(asked.pk)
                threading.Thread(
                    target=make_test, args=(nodes[0], asked), name="trunk test", daemon=True
                ).start()


def make_test(node: Mapping[str, Any], asked: TrunkTest) -> None:
    try:
        found = _of_the_certificate(asked.trunk) or _called(node, asked)
    except UnsafeValue:
        found = {"cause": "NOT_SENT"}
    try:
        actions.end_test(test_id=asked.pk, at=datetime.now(UTC), **found)
    finally:
        connection.close()


def _of_the_certificate(row: Trunk) -> dict[str, Any]:
    """The switch would only say that it could not connect."""
    problem = look_at(row).problem if row.is_secure else ""
    return {"cause": f"TLS_{problem.upper()}"} if problem else {}


def _called(node: Mapping[str, Any], asked: TrunkTest) -> dict[str, Any]:
    """Raises UnsafeValue."""
    tried = trunk_call.call(
        node,
        line=asked.trunk.key,
        number=asked.number,
        shows=asked.trunk.own_number,
        test_id=uuid4(),
        seconds=TEST_RINGS,
    )
    return dict(vars(tried)) if tried else {"cause": "NO_SWITCH"}


def _is_safe(line: Any) -> bool:
    try:
        trunk_document.gateway(line)
        return True
    except UnsafeText as error:
        log.warning("A trunk cannot be given to the switch.", trunk=line.key, problem=str(error))
        return False


def addresses_of(host: str) -> list[str]:
    """IPv4, in their order; none for a name nobody knows."""
    try:
        told = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return []
    return sorted({str(one[4][0]) for one in told})


def line_from(rows: Iterable[Trunk], address: str) -> str:
    """The trunk whose carrier has this address; "" where none or more than one has it."""
    try:
        where = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = [
        row.key
        for row in rows
        if any(where in ipaddress.ip_network(network) for network in row.networks)
        or (row.is_registered and address in row.addresses)
    ]
    return found[0] if len(found) == 1 else ""


def faults_of(row: Trunk, use: queries.Use, at: datetime) -> list[tuple[str, str, str]]:
    """(kind, switch, more) of everything that is wrong with a trunk in use."""
    wrong = []
    for one in row.sights.all():
        if at - one.seen_at > queries.OLD_AFTER:
            continue
        if one.registration in ("FAILED", "FAIL_WAIT") and (one.sip_status or 0) in range(400, 700):
            wrong.append(("refused", one.node, f"{one.sip_status} {one.phrase}"))
        elif one.is_up is False:
            wrong.append(("down", one.node, ""))
    if row.is_secure and row.tls_problem in handshake.OF_THE_CERTIFICATE:
        wrong.append(("tls", "", row.tls_more[:120]))
    if use.out >= row.channels_out > 0 or use.into >= row.channels_in > 0:
        wrong.append(("full", "", f"{use.out}/{row.channels_out}, {use.into}/{row.channels_in}"))
    if row.failures >= FAILURES:
        wrong.append(("failing", "", row.failed_cause))
    return wrong
