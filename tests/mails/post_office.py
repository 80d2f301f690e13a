"""A mail server of the test alone: takes what it is sent, or answers as it is told to. One line at a time, no TLS."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class PostOffice:
    """`answers`: address → what is said to RCPT; `at_the_end`: what is said to each whole message."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.at_the_end = "250 taken"
        self.connections = 0
        office = self

        class Desk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                office.connections += 1
                _Talk(office, self).hold()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Desk)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def to(self, address: str) -> list[EmailMessage]:
        return [message for _sender, receiver, message in self.taken if receiver == address]


class _Talk:
    def __init__(self, office: PostOffice, line: socketserver.StreamRequestHandler) -> None:
        self.office, self.line, self.sender, self.receiver = office, line, "", ""

    def hold(self) -> None:
        self._say("220 here")
        while said := self.line.rfile.readline().decode("latin-1").strip():
            verb = said.partition(" ")[0].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._say(self._answer(verb, said))

    def _answer(self, verb: str, said: str) -> str:
        if verb == "MAIL":
            self.sender = _between(said)
        elif verb == "RCPT":
            self.receiver = _between(said)
            return self.office.answers.get(self.receiver, "250 fine")
        elif verb == "DATA":
            self._say("354 go on")
            return self._take(self._content())
        return "250 fine"

    def _content(self) -> bytes:
        lines = []
        while (line := self.line.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _take(self, content: bytes) -> str:
        if self.office.at_the_end.startswith("2"):
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.office.taken.append((self.sender, self.receiver, message))
        return self.office.at_the_end

    def _say(self, words: str) -> None:
        self.line.wfile.write(f"{words}\r\n".encode())


def _between(said: str) -> str:
    return said.partition("<")[2].partition(">")[0]
