"""The rehearsal switch under test: its callers and phones are its own, and do as they are told."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from tests.contract.driver import HOT_LINE, Party, SwitchUnderTest


@dataclass
class RehearsedCaller(Party):
    line: SwitchUnderTest = field(kw_only=True, repr=False)
    leg_id: str = field(kw_only=True)

    @property
    def is_over(self) -> bool:
        return self.line.api(f"uuid_exists {self.leg_id}") == "false"

    def stop(self) -> None:
        self.line.api(f"rehearsal hangup {self.leg_id}")


@dataclass
class RehearsedPhone(Party):
    line: SwitchUnderTest = field(kw_only=True, repr=False)
    address: str = field(kw_only=True)

    @property
    def is_over(self) -> bool:
        listed = json.loads(self.line.api("rehearsal list"))
        mine = [phone for phone in listed["phones"] if f"{phone['user']}@{phone['domain']}" == self.address]
        return not mine or (mine[0]["calls_taken"] > 0 and not mine[0]["legs"])

    def stop(self) -> None:
        self.line.api(f"rehearsal phone {self.address} hangup")
        self.line.api(f"rehearsal phone {self.address} unregister")


@dataclass
class RehearsedCarrier(Party):
    @property
    def is_over(self) -> bool:
        return False

    def stop(self) -> None:
        """Its calls end with the caller's."""


@dataclass
class RehearsalUnderTest(SwitchUnderTest):
    def _launch(self) -> None:
        log = (self.directory / "switch.out").open("wb")
        command = [
            sys.executable,
            "-m",
            "telephony.freeswitch.rehearsal",
            "--conf",
            str(self.directory / "conf"),
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def begin_test(self) -> None:
        # What an earlier test asked of the carrier is over with it.
        self.carrier(answer_after=1)
        super().begin_test()

    def call(
        self,
        dialled: str = HOT_LINE,
        *,
        number: str,
        name: str = "",
        hang_up_after: float | None = None,
        hertz: int = 0,
    ) -> RehearsedCaller:
        # Names come in as SIP would bring them: text with its surrogates for bytes that are no UTF-8.
        shown = quote(name.encode("utf-8", "surrogateescape"))
        wishes = f"from={quote(number)} name={shown} patience=0 message=0 tone={hertz}"
        if hang_up_after is not None:
            wishes += f" leave_after={hang_up_after}"
        answer = self.api(f"rehearsal call {quote(dialled)} {wishes}")
        assert answer.startswith("+OK "), answer
        party = RehearsedCaller(number, line=self, leg_id=answer.split()[1])
        self.parties.append(party)
        return party

    def keypad_call(self, dialled: str = HOT_LINE, *, number: str) -> RehearsedCaller:
        return self.call(dialled, number=number)

    def press(self, party: Party, leg_id: UUID, keys: str) -> None:
        assert self.api(f"rehearsal press {leg_id} {keys}") == "+OK\n"

    def keys_heard(self, party: Party, leg_id: UUID) -> str:
        listed = json.loads(self.api("rehearsal list"))["legs"]
        return next(leg["keys_heard"] for leg in listed if leg["uuid"] == str(leg_id))

    def phone(
        self,
        username: str,
        domain: str,
        password: str,
        *,
        answer_after: float | None = 0.3,
        hang_up_after: float | str | None = None,
        hertz: int = 0,
    ) -> RehearsedPhone:
        """`hang_up_after` may be a span too, such as "4-9"."""
        habits = "mode=manual" if answer_after is None else f"mode=auto answer_after={answer_after}"
        habits += f" talk={hang_up_after or 0} tone={hertz}"
        answer = self._register(username, domain, password, habits)
        assert answer == "+OK\n", answer
        party = RehearsedPhone(username, line=self, address=f"{username}@{domain}")
        self.parties.append(party)
        return party

    def carrier(self, *, answer_after: float | None = 0.3, hertz: int = 0) -> RehearsedCarrier:
        habits = "busy" if answer_after is None else f"auto answer_after={answer_after} tone={hertz}"
        assert self.api(f"rehearsal carrier {habits}") == "+OK\n"
        return RehearsedCarrier("carrier")

    def carrier_goes(self) -> None:
        assert self.api("rehearsal carrier away") == "+OK\n"

    def outside_answers(self) -> None:
        self.carrier(answer_after=0.3)

    def register(self, username: str, domain: str, password: str, *, expires: int = 300) -> bool:
        if not expires:
            return self.api(f"rehearsal phone {username}@{domain} unregister") == "+OK\n"
        return self._register(username, domain, password, "") == "+OK\n"

    def _register(self, username: str, domain: str, password: str, habits: str) -> str:
        return self.api(f"rehearsal phone {username}@{domain} register password={quote(password)} {habits}")
