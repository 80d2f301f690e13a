"""One tenant floods; the other must not notice. Places of a process are shared out, and who finds none is told so."""

import asyncio
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from contactcenter.middleware.shares import ShareOfTenant
from tenants import sockets
from tenants.shares import NoPlace, Shares


def test_a_place_that_comes_free_goes_to_who_has_fewest():
    shares, came = Shares(places=3, share=2, line=9, patience=5), []

    def visit(name: str) -> None:
        shares.enter(name)
        came.append(name)

    with ThreadPoolExecutor(9) as pool:
        for name in ("acme", "acme", "hooli"):
            shares.enter(name)
        for place, name in enumerate(("acme", "acme", "hooli", "globex"), 1):
            pool.submit(visit, name)
            while sum(map(len, shares._waiting.values())) < place:
                time.sleep(0.001)
        # acme has its share, so its two wait on; then globex has less than acme, though it came last.
        for leaver, wanted in (("hooli", ["hooli"]), ("acme", ["hooli", "globex"])):
            shares.leave(leaver)
            while len(came) < len(wanted):
                time.sleep(0.001)
            assert came == wanted
        assert shares.inside == {"acme": 1, "globex": 1, "hooli": 1}
        shares.leave("globex")
        shares.leave("acme")
    assert came == ["hooli", "globex", "acme", "acme"]
    assert shares.inside == {"acme": 2, "hooli": 1}


def test_who_waits_too_long_or_in_too_long_a_line_is_refused_and_told_by_whose_doing():
    shares = Shares(places=3, share=2, line=1, patience=0.05)
    shares.enter("acme")
    shares.enter("acme")
    with pytest.raises(NoPlace) as own:
        shares.enter("acme")
    shares.enter("globex")
    with pytest.raises(NoPlace) as others:
        shares.enter("globex")
    assert (own.value.is_own_doing, others.value.is_own_doing) == (True, False)
    for name in ("acme", "acme", "globex"):
        shares.leave(name)
    assert (shares.inside, shares._waiting) == ({}, {})


class Web:
    """The whole of a web process behind the shares: acme's pages hang until they are let go."""

    def __init__(self, settings, *, streams: bool = False) -> None:
        settings.WEB_PLACES, settings.WEB_SHARE, settings.WEB_LINE, settings.WEB_PATIENCE = 6, 3, 20, 0.2
        self.let_go, self.streams = threading.Event(), streams
        self.door = ShareOfTenant(self.answer)

    def answer(self, request) -> HttpResponse:
        host = request.get_host()
        request.tenant = SimpleNamespace(schema_name="globex" if host.startswith("globex") else "acme")
        if self.streams:
            return StreamingHttpResponse([b"piece"])
        assert not host.startswith("acme") or self.let_go.wait(20)
        return HttpResponse(host)

    def get(self, host: str, **headers: str) -> HttpResponse:
        return self.door(RequestFactory().get("/", headers=headers, SERVER_NAME=f"{host}.localhost"))


def test_a_tenant_with_slow_pages_takes_its_share_and_the_other_does_not_notice(settings):
    web = Web(settings)
    with ThreadPoolExecutor(40) as pool:
        flood = [pool.submit(web.get, "acme") for _ in range(40)]
        while web.door.shares.inside != {"acme.localhost": 3}:
            time.sleep(0.001)
        began = time.monotonic()
        others = [web.get("globex").status_code for _ in range(50)]
        took = time.monotonic() - began
        refused = [one.result() for one in flood if one.done()]
        assert (others, took < 2) == ([200] * 50, True)
        while sum(one.done() for one in flood) < 37:
            time.sleep(0.01)
        web.let_go.set()
    answers = [one.result() for one in flood]
    assert sorted(one.status_code for one in answers) == [200] * 3 + [429] * 37
    refused = next(one for one in answers if one.status_code == 429)
    assert (refused.headers["Retry-After"], refused.headers["Refresh"]) == ("2", "2")
    assert "more at once than its share" in refused.content.decode()
    assert web.door.shares.inside == {}


def test_two_hosts_of_a_tenant_are_one_and_a_program_is_told_in_its_form(settings):
    web = Web(settings)
    web.let_go.set()
    assert {web.get(host).status_code for host in ("acme", "acme-by-another-name")} == {200}
    for _ in range(3):
        web.door.shares.enter("acme")
    for host in ("acme", "acme-by-another-name"):
        answer = web.get(host, accept="application/json")
        assert (answer.status_code, b'"code": "too_many"' in answer.content) == (429, True)
        assert "Refresh" not in answer.headers
    for name in ("hooli", "hooli", "initech"):
        web.door.shares.enter(name)
    assert web.get("globex").status_code == 503
    # The operators, and who asks how we are, wait for nobody.
    assert web.door(RequestFactory().get("/healthz", SERVER_NAME="localhost")).status_code == 200


def test_what_is_streamed_keeps_its_place_until_it_is_sent_or_dropped(settings, monkeypatch):
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_told: None)
    web = Web(settings, streams=True)
    sent, dropped = web.get("acme"), web.get("acme")
    assert web.door.shares.inside == {"acme.localhost": 1, "acme": 1}
    sent.close()
    sent.close()
    assert web.door.shares.inside == {"acme": 1}
    del dropped
    gc.collect()
    assert web.door.shares.inside == {}


def test_a_tenants_slow_orders_leave_threads_to_the_sockets_of_others():
    let_go = threading.Event()

    @async_to_sync
    async def story() -> str:
        slow = [asyncio.create_task(sockets.in_tenant("acme", "en", let_go.wait, 20)) for _ in range(50)]
        await asyncio.sleep(0.05)
        try:
            async with asyncio.timeout(5):
                return await sockets.in_tenant("globex", "en", lambda: "at once")
        finally:
            let_go.set()
            assert all(await asyncio.gather(*slow))

    assert story() == "at once"
