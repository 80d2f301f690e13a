"""Object storages that speak S3, by django-storages.

What a tenant typed is asked as its look-ups are: the address is judged once and connected to as it is, nothing of our
own network unless the operator names it, no redirect followed, ended at its deadline. botocore builds and signs each
request; `before-send` lets us carry it.
"""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from telephony.vault.places import NAME, Address, ObjectMissing, PlaceAway
from tenants import outward

MOST_BYTES = 8 * 2**20
"""Of one answer; sounds are read in pieces far smaller than this."""
MISSING = {"NoSuchKey", "404", "NotFound"}
REFUSED = {"AccessDenied", "403", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch"}


@lru_cache(maxsize=64)
def object_place(address: Address) -> "ObjectPlace":
    """The same one for the same address and keys: to make one takes longer than to ask it."""
    return ObjectPlace(address)


class ObjectPlace:
    def __init__(self, address: Address) -> None:
        self._seconds = address.seconds
        self._storage = S3Storage(
            access_key=address.access_key,
            secret_key=address.secret,
            bucket_name=address.bucket,
            endpoint_url=address.endpoint,
            region_name=address.region or "us-east-1",
            location=address.prefix.strip("/"),
            default_acl=None,
            file_overwrite=True,
            transfer_config=TransferConfig(use_threads=False, multipart_threshold=64 * 2**20),
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, name: str, file: Path) -> None:
        with file.open("rb") as content:
            self._ask(lambda: self._storage.save(_safe(name), File(content)))

    def size(self, name: str) -> int:
        return self._ask(lambda: self._object(name).content_length)

    def read(self, name: str, first: int, length: int) -> bytes:
        if length <= 0:
            return b""
        wanted = f"bytes={first}-{first + length - 1}"
        return self._ask(lambda: self._object(name).get(Range=wanted)["Body"].read())

    def delete(self, name: str) -> None:
        with suppress(ObjectMissing):
            self._ask(lambda: self._storage.delete(_safe(name)))

    def _object(self, name: str) -> Any:
        return self._bucket().Object("/".join(filter(None, (self._storage.location, _safe(name)))))

    def _bucket(self) -> Any:
        return self._storage.bucket

    def _ask(self, question: Any) -> Any:
        """Raises PlaceAway, ObjectMissing."""
        try:
            # The client is made by thread, at the first question.
            events = self._storage.connection.meta.client.meta.events
            events.register_first("before-send.s3", self._carry, unique_id="vault")
            return question()
        except ClientError as error:
            raise _said(str(error.response.get("Error", {}).get("Code", ""))) from None
        except outward.Unreachable as error:
            raise PlaceAway(str(error.args[0])) from None
        except (BotoCoreError, http.client.HTTPException, OSError, ValueError):
            raise PlaceAway("unreachable") from None

    def _carry(self, request: AWSPreparedRequest, **_told: Any) -> AWSResponse:
        """Send one signed request and read its answer. Raises outward.Unreachable."""
        parts = outward.parts_of(request.url)
        until = time.monotonic() + self._seconds
        line = outward.connected(parts, seconds=self._seconds)
        # Limits of single reads do not end an answer that comes drop by drop.
        alarm = threading.Timer(self._seconds, _cut, (line,))
        alarm.daemon = True
        alarm.start()
        connection = http.client.HTTPConnection(
            str(parts.hostname), outward.port_of(parts), timeout=self._seconds
        )
        connection.sock = line
        try:
            return _exchanged(connection, request, parts.path + (f"?{parts.query}" if parts.query else ""))
        except (OSError, http.client.HTTPException, ValueError):
            raise outward.Unreachable("timeout" if time.monotonic() >= until else "unreachable") from None
        finally:
            alarm.cancel()
            connection.close()


def _exchanged(
    connection: http.client.HTTPConnection, request: AWSPreparedRequest, target: str
) -> AWSResponse:
    headers = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
        # We do not wait to be asked for the body.
        if name.lower() != "expect"
    }
    connection.request(request.method, target or "/", body=request.body, headers=headers)
    answer = connection.getresponse()
    body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES or answer.length:
        raise http.client.IncompleteRead(b"")
    return AWSResponse(request.url, answer.status, answer.headers, _Body(body))


class _Body(BytesIO):
    """As botocore reads an answer."""

    def stream(self, **_told: Any) -> Iterator[bytes]:
        yield self.read()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _safe(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ObjectMissing
    return name


def _said(code: str) -> Exception:
    if code in MISSING:
        return ObjectMissing()
    if code == "NoSuchBucket":
        return PlaceAway("no_bucket")
    return PlaceAway("refused" if code in REFUSED else "bad_answer")
