"""The whole life of a tenant over two installations: opened, filled by sheets, called on a switch, taken along as one
archive, brought in elsewhere with equal hashes, deleted. Nothing of it is left; the tenant beside it notices nothing.
"""

from __future__ import annotations

import base64
import hashlib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis

from telephony import facts
from tests.contract.clerk import Clerk
from tests.contract.driver import free_port, seconds_of, wait_until
from tests.contract.kinds import KINDS, under_test
from tests.contract.life_stages import EXTENSION, LEAVER, NUMBERS, PASSWORD, STAYER
from tests.contract.product import WEB_SECRET, Product
from tests.servers import SERVERS

pytestmark = pytest.mark.timeout(300)
CALLER = "+8613812342211"
NAMES = (LEAVER, "Initech")
WORDS = (*NAMES, CALLER[3:], "王芳", "赵钢")
"""By any of them it would be known; but in what belongs to the tenant beside it, who has people of the same names."""
KEPT_BY_LAW = {
    "tenants_tenant.name": {"Initech"},
    "tenants_tenant.schema_name": {LEAVER},
    "leaving_deletion.certificate": set(NAMES),
    "leaving_deletion.steps": {LEAVER},
    "people_auditentry.actor_name": {LEAVER},
    "people_auditentry.after": set(NAMES),
    "people_auditentry.subject_name": {"Initech"},
    "billing_charge.other_number": {CALLER[3:]},
}
"""Column → the words that stay there: who was billed, that it was deleted, what was done to it as the operators' log
tells it, and which talk each charge is for. Of its people, and of those who called but for that number, nothing stays.
"""
AUDIT = {"people.auditentry", "trust.auditlink"}
"""What is done to a tenant is written into it: in the archive, not yet; here and there, not the same."""


@dataclass
class Installation:
    """Its own database, its own place in the key-value server, its own keys, its own folders."""

    product: Product
    place: int
    folder: Path
    clerk: Clerk = field(init=False)

    def __post_init__(self) -> None:
        run_dir = self.folder / "own"
        SERVERS.bring_texts(run_dir)
        self.product.more |= {
            "REDIS_URL": self.redis_url,
            "RUN_DIR": str(run_dir),
            "SECRET_KEY": hashlib.sha256(str(self.folder).encode()).hexdigest(),
            "RECORDING_MIN_FREE_MB": "1",
        }
        self.clerk = Clerk("tests.contract.life_stages", self.product.environment, self.folder / "stages.log")

    @property
    def redis_url(self) -> str:
        return SERVERS.start_valkey().url.rpartition("/")[0] + f"/{self.place}"

    def stage(self, name: str, **given: str) -> Any:
        return self.clerk.ask(name, **given)

    def close(self) -> None:
        self.clerk.close()
        redis.Redis.from_url(self.redis_url).flushdb()


@pytest.fixture(params=KINDS)
def houses(
    request: pytest.FixtureRequest, tmp_path: Path, django_db_setup: None
) -> Iterator[tuple[Installation, Installation]]:
    """Where it lives, with the rehearsal switch; and where it goes."""
    port, made = free_port(), []
    here, there = tmp_path / "here", tmp_path / "there"
    line = under_test(request.param)(here, web_url=f"http://127.0.0.1:{port}")
    here.mkdir()
    there.mkdir()
    line.start()
    try:
        line.begin_test()
        with (
            SERVERS.copy_of_database(f"life_{port}") as first,
            SERVERS.copy_of_database(f"elsewhere_{port}") as second,
        ):
            away = {"FREESWITCH_DIRECTORY": there, "FREESWITCH_RECORDINGS": there / "recordings",
                    "FREESWITCH_SPOOL": there / "spool"}  # fmt: skip
            try:
                made.append(Installation(Product(line, first, port, here), 1, here))
                told = {name: str(folder) for name, folder in away.items()}
                made.append(Installation(Product(line, second, port, there, more=told), 2, there))
                yield made[0], made[1]
                line.end_test()
            finally:
                for one in made:
                    one.product.stop()
                    one.close()
    finally:
        line.stop()


def test_nothing_is_left_of_a_tenant_that_lived_here_and_it_is_elsewhere_what_it_was(
    houses: tuple[Installation, Installation], tmp_path: Path
) -> None:
    here, there = houses
    product, archive = here.product, str(tmp_path / "initech.tar")
    agents = here.stage("opened")["agents"]
    product.start_both()
    recorded = calls_once(product, agents[LEAVER])
    assert here.stage("sealed") == {"sounds": 1}

    written = here.stage("exported", file=archive)
    assert (written["missing"], sha256_of(Path(archive))) == (0, written["sha256"])
    found = there.stage("brought", file=archive)
    assert (found["files"], found["differs"], found["chain"]) == (2, [], "")
    assert found["sound"] == recorded
    assert found["tables"].keys() == written["tables"].keys()
    unlike = [name for name, said in written["tables"].items() if found["tables"][name] != said]
    assert set(unlike) <= AUDIT
    assert min(written["tables"][name][0] for name in LIVED_IN) > 0

    switch_off(product)
    before = stayer_of(here)
    done = here.stage("deleted")
    assert (done["state"], done["problem"]) == ("done", "")
    assert done["signer"]
    assert done["certificate"]["deleted"]["tables"]["telephony.call"]["rows"] == 1
    assert stayer_of(here) == before
    nothing_is_left(here)
    assert product.processes["worker"].poll() is None


LIVED_IN = ("people.member", "ticketing.customer", "telephony.call", "telephony.leg", "telephony.recording")


def calls_once(product: Product, agent_id: int) -> str:
    """A customer calls, an agent answers, both legs are settled and paid for. SHA-256 of what was recorded."""
    line = product.line
    for schema in (LEAVER, STAYER):
        line.phone(EXTENSION, f"{schema}.localhost", PASSWORD, answer_after=0.2, hang_up_after=2)
        product.wait_for_phones(EXTENSION, tenant=schema)
    product.make_ready([agent_id], tenant=LEAVER)
    line.call(NUMBERS[LEAVER], number=CALLER, name="Wang Fang")
    line.log.wait(facts.LegsBridged, 20)
    settled = f"select count(*) from {LEAVER}.telephony_leg where settled_at is not null"
    wait_until(lambda: product.rows(settled) == [(2,)], 30, "the two legs were not settled")
    proved = f"select path from {LEAVER}.telephony_recording where sha256 <> ''"
    [(path,)] = wait_until(lambda: product.rows(proved), 20, "the recording was not proved")
    assert product.rows("select state from public.billing_charge") == [("priced",)]
    file = line.settings.recordings_dir / path
    assert seconds_of(file) > 0.5
    return sha256_of(file)


def switch_off(product: Product) -> None:
    """The leaver's phone. In a month's rest it is: what is registered lasts two minutes, and nobody new is let in."""
    assert product.line.register(EXTENSION, f"{LEAVER}.localhost", PASSWORD, expires=0)
    gone = f"select 1 from {LEAVER}.telephony_device where unregistered_at > registered_at"
    wait_until(lambda: product.rows(gone), 20, "the phone is still known")


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def stayer_of(house: Installation) -> dict[str, Any]:
    """All that the tenant beside it could notice: rows, files, keys, the answers its phones and callers get."""
    folder = house.folder
    files = [
        path
        for path in folder.rglob("*")
        if STAYER in path.relative_to(folder).parts and path.is_file() and not path.name.startswith(TRIED)
    ]
    assert files
    assert "not found" not in asked_for_phone(house.product, STAYER)
    assert "unknown-number" not in asked_for_number(house.product, STAYER)
    return {
        "tables": house.stage("counted")["tables"],
        "files": {str(path): sha256_of(path) for path in files},
        "page": page_of(house.product, STAYER),
    }


def nothing_is_left(house: Installation) -> None:
    product = house.product
    assert product.rows("select 1 from pg_namespace where nspname = %s", LEAVER) == []
    assert columns_that_say(product) == KEPT_BY_LAW
    assert [name for name in house.folder.rglob("*") if LEAVER in name.name] == []
    with suppress(AssertionError):
        wait_until(lambda: not files_that_say(house.folder), 20)
    assert files_that_say(house.folder) == []
    assert keys_that_say(house.redis_url) == []
    assert "not found" in asked_for_phone(product, LEAVER)
    assert "unknown-number" in asked_for_number(product, LEAVER)
    assert not product.line.register(EXTENSION, f"{LEAVER}.localhost", PASSWORD)
    assert page_of(product, LEAVER) == 404


def columns_that_say(product: Product) -> dict[str, set[str]]:
    """Column of any table of any schema → which of the words; those of the house by their bare names."""
    tables = "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    found: dict[str, set[str]] = {}
    for schema, table in product.rows(tables):
        asked = (
            f'select distinct t.key, w from "{schema}"."{table}" r, jsonb_each_text(to_jsonb(r)) t,'
            " unnest(%s::text[]) w where strpos(t.value, w) > 0"
        )
        for column, word in product.rows(asked, list(NAMES if schema == STAYER else WORDS)):
            place = f"{table}.{column}" if schema == "public" else f"{schema}.{table}.{column}"
            found.setdefault(place, set()).add(word)
    return found


TRIED = "canary-"
LOGS = (".log", ".out")
OUTSIDE = "sipp"
"""Where callers and phones, who are not of the house, have what they dial and who they are."""


def files_that_say(folder: Path) -> list[str]:
    """But for what processes log, which goes with the operator's days for logs, and what is not the house's."""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in LOGS and not path.is_relative_to(folder / OUTSIDE)
    ]
    return [str(path) for path in found if any(word.encode() in content(path) for word in words_of(path))]


def content(path: Path) -> bytes:
    """Of what is taken away meanwhile, nothing: the switch tries its own recording beside us, and throws it away."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def words_of(path: Path) -> tuple[str, ...]:
    return NAMES if STAYER in path.parts else WORDS


def keys_that_say(url: str) -> list[str]:
    store, found = redis.Redis.from_url(url), []
    readers = {b"string": store.get, b"hash": store.hgetall, b"set": store.smembers,
               b"list": lambda key: store.lrange(key, 0, -1), b"zset": lambda key: store.zrange(key, 0, -1),
               b"stream": lambda key: store.xrange(key)}  # fmt: skip
    for key in store.scan_iter():
        if any(word in str((key, readers[store.type(key)](key))) for word in (LEAVER, CALLER[3:])):
            found.append(key.decode())
    return found


def asked_for_phone(product: Product, schema: str) -> str:
    """As the switch asks who may register."""
    return asked(product, "directory", user=EXTENSION, domain=f"{schema}.localhost", section="directory")


def asked_for_number(product: Product, schema: str) -> str:
    """As the switch asks where a call goes."""
    words = {"Caller-Context": "public", "Hunt-Destination-Number": NUMBERS[schema]}
    return asked(product, "dialplan", **words, section="dialplan")


def asked(product: Product, which: str, **form: str) -> str:
    secret = base64.b64encode(f"switch:{WEB_SECRET}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.web_port}/switch/{which}",
        urllib.parse.urlencode(form).encode(),
        {"Authorization": f"Basic {secret}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def page_of(product: Product, schema: str) -> int:
    """The status of its sign-in page."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.web_port}/sign-in/", headers={"Host": f"{schema}.localhost"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
