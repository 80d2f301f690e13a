"""A mail server of the test alone, as one fetches from it (a part of IMAP4rev1). Counts what is asked of it; answers,
refuses, or breaks off as it is told to. Without a certificate it has no TLS: it says so, and notes what is sent to it
all the same.
"""

import base64
import re
import socketserver
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from tenants.service import fetching
from tenants.service.models import SupportMailbox

MAIL = b"""From: %s\r
To: support@calls.example\r
Subject: %s\r
Message-ID: <%s@x.example>\r
%s\r
%s\r
"""
WANG, GRACE = b"wang@acme.example", b"grace@globex.example"


def mail(sender=WANG, subject=b"No sound", number=b"1", head=b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n",
         text=b"Since nine.") -> bytes:  # fmt: skip
    return MAIL % (sender, subject, number, head, text)


def again() -> int:
    """The next round, whatever was to be waited for."""
    SupportMailbox.objects.update(due_at=timezone.now(), claimed_until=timezone.now())
    return fetching.fetch_due()


@dataclass
class Letter:
    raw: bytes
    flags: set[str] = field(default_factory=set)


class LetterBox:
    """`letters`: UID → letter. `break_at`: a word; the line is cut when a command contains it, once. `chain`: key and
    certificate in one file, shown from the first byte or, where it `starts`, after STARTTLS.
    """

    def __init__(self, chain: Path | None = None, *, starts: bool = False) -> None:
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if chain else None
        if self.tls and chain:
            self.tls.load_cert_chain(chain)
        self.starts = starts
        self.letters: dict[int, Letter] = {}
        self.validity, self.next_uid = 7, 1
        self.passwords: list[str] = []
        self.commands: list[str] = []
        self.break_at = ""
        self.is_shut = False
        self.told_size: int | None = None
        box = self

        class Desk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                # Who does not believe us goes in the middle of the handshake.
                with suppress(OSError):
                    _Talk(box, self).hold()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Desk)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, raw: bytes, *flags: str) -> int:
        uid = self.next_uid
        self.letters[uid], self.next_uid = Letter(raw, set(flags)), uid + 1
        return uid

    def flags(self, uid: int) -> set[str]:
        return self.letters[uid].flags

    def asked(self, word: str) -> int:
        return sum(word in said for said in self.commands)

    def count_anew(self, first: int = 1) -> None:
        """As after a restore: the same letters under other UIDs."""
        kept = list(self.letters.values())
        self.validity += 1
        self.letters = {first + place: letter for place, letter in enumerate(kept)}
        self.next_uid = first + len(kept)


class _Broken(Exception):
    pass


class _Talk:
    def __init__(self, box: LetterBox, line: socketserver.StreamRequestHandler) -> None:
        self.box, self.line = box, line

    def hold(self) -> None:
        if self.box.tls and not self.box.starts:
            self._encrypt()
        self._say("* OK here")
        while said := self.line.rfile.readline().decode("latin-1").strip():
            tag, _, command = said.partition(" ")
            self.box.commands.append(command)
            try:
                self._answer(tag, command)
            except _Broken:
                return
            if command == "LOGOUT":
                return

    def _encrypt(self) -> None:
        assert self.box.tls is not None
        line = self.line
        line.connection.settimeout(5)
        line.connection = self.box.tls.wrap_socket(line.connection, server_side=True)
        line.rfile, line.wfile = line.connection.makefile("rb"), line.connection.makefile("wb", 0)

    def _answer(self, tag: str, command: str) -> None:
        if self.box.break_at and self.box.break_at in command:
            self.box.break_at = ""
            raise _Broken
        verb = command.replace("UID ", "").partition(" ")[0].upper()
        says = getattr(self, f"_{verb.lower()}", None)
        done = says(command) if says else "BAD what"
        self._say(f"{tag} {done or 'OK done'}")
        if command == "STARTTLS" and self.box.tls:
            self._encrypt()

    def _capability(self, _command: str) -> None:
        self._say(
            f"* CAPABILITY IMAP4rev1 AUTH=PLAIN{' STARTTLS' if self.box.tls and self.box.starts else ''}"
        )

    def _starttls(self, _command: str) -> str:
        return "OK begin" if self.box.tls else "NO none here"

    def _authenticate(self, _command: str) -> str:
        self._say("+ ")
        sent = base64.b64decode(self.line.rfile.readline()).decode()
        self.box.passwords.append(sent.split("\0")[2])
        return "NO who are you" if self.box.is_shut else "OK come in"

    def _select(self, command: str) -> str:
        if command != 'SELECT "INBOX"':
            return "NO such folder"
        self._say(f"* {len(self.box.letters)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.box.validity}] here")
        self._say(f"* OK [UIDNEXT {self.box.next_uid}] here")
        return "OK [READ-WRITE] open"

    def _search(self, command: str) -> None:
        found = sorted(self.box.letters)
        if whole := re.search(r" UID (\d+):(\d+|\*)$", command):
            first = int(whole[1])
            last = max(found, default=0) if whole[2] == "*" else int(whole[2])
            # The last one is within n:* even where it is below n.
            first, last = min(first, last), max(first, last) if whole[2] == "*" else last
            found = [uid for uid in found if first <= uid <= last]
        if "UNSEEN" in command:
            found = [uid for uid in found if "\\Seen" not in self.box.flags(uid)]
        self._say(" ".join(["* SEARCH", *map(str, found)]))

    def _fetch(self, command: str) -> None:
        uid = int(command.split()[2])
        letter = self.box.letters.get(uid)
        if letter is None:
            return
        if "RFC822.SIZE" in command:
            self._say(f"* 1 FETCH (UID {uid} RFC822.SIZE {self.box.told_size or len(letter.raw)})")
            return
        part = letter.raw[: int(re.search(r"<0\.(\d+)>", command)[1])]  # type: ignore[index]
        self.line.wfile.write(
            f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n".encode() + part + b")\r\n"
        )

    def _store(self, command: str) -> None:
        uid, flag = int(command.split()[2]), re.search(r"\((.*)\)", command)[1]  # type: ignore[index]
        if uid in self.box.letters:
            self.box.flags(uid).add(flag)

    def _logout(self, _command: str) -> None:
        self._say("* BYE")

    def _say(self, words: str) -> None:
        self.line.wfile.write(f"{words}\r\n".encode())
