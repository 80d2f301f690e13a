"""A house tried with the canary of another, from the code: what is new is asked, and what leaks is found."""

from pathlib import Path

import pytest

from tenants.context import enter
from tenants.people.models import Team
from tenants.trust import canary_house, probes, proving
from tenants.trust.canary_house import Canary, canary

FLEET = Path(__file__).with_name("fleet_tasks.txt")
BIRD = Canary("cnry" + "0123456789ab" * 2, 0)


def test_every_address_can_be_asked_for_the_canary():
    """A new one whose parameter nothing fits raises here: teach probes."""
    found = probes.addresses(BIRD)
    patterns = {one.pattern for one in found}
    assert len(patterns) > 300
    assert not [one.path for one in found if set("<>()[]^$|\\") & set(one.path)]
    from tenants.people.doors import patterns as every

    assert {where for where, _view in every()} - patterns == {
        where for where, _view in every() if where.startswith(probes.NOT_ASKED)
    }


def test_every_task_carries_its_tenant_or_is_named_as_the_fleets():
    """A new task of one tenant is a `tenant_task`; one that goes through all of them is added to the file."""
    assert [name for name, carries in probes.tasks() if not carries] == FLEET.read_text().split()
    assert sum(carries for _name, carries in probes.tasks()) > 10


def test_a_house_of_its_own_has_a_canary_in_every_table(acme):
    bird = canary()
    assert bird.rows == len(canary_house.houses_models()) > 100
    assert canary() == bird
    with enter(canary_house.SCHEMA):
        assert Team.objects.get().name.startswith(f"{bird.token}-")


def outcomes(results: list[dict]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for result in results:
        found.setdefault(result["kind"], set()).add(result["outcome"])
    return found


def test_nothing_of_the_canary_is_seen_by_an_owner(acme, globex, member, redis_server):
    owner = member(acme, "owner")
    with enter("acme"):
        results = proving.prove(owner, only="/teams/")
    kinds = outcomes(results)
    assert kinds == {kind: {"kept"} for kind in ("table", "cache", "topic", "address", "search")}, [
        result for result in results if result["outcome"] != "kept"
    ]


def test_a_wall_with_a_hole_is_found(acme, globex, member):
    """The canary's row in this house, as it would be if a query had looked past the wall."""
    bird, owner = canary(), member(acme, "owner")
    with enter("acme"):
        Team.objects.create(pk=canary_house.ID, name=f"{bird.token}-1")
        leaks = [r for r in proving.prove(owner, only="/teams/") if r["outcome"] == "leaked"]
        assert Team.objects.count() == 1
    assert {(leak["kind"], leak["what"]) for leak in leaks} >= {
        ("table", "people.team"),
        ("address", "teams/"),
        ("address", "teams/<int:team_id>/"),
    }
    with enter("globex"):
        assert Team.objects.count() == 0


@pytest.mark.parametrize("text", ["-", "", "cnry"])
def test_what_was_asked_is_no_leak(text):
    assert proving.leaks_in(BIRD.token + text, BIRD) == 0
    assert proving.leaks_in(f"x {BIRD.token}-7 y {BIRD.number}", BIRD) == 2


def test_the_owner_asks_and_reads_what_was_found(acme, globex, member, client_of, monkeypatch):
    from tenants.people.models import AuditEntry
    from tenants.trust import actions
    from tenants.trust.models import ProofRun

    sent: list[tuple] = []
    monkeypatch.setattr("tenants.trust.console.proof.prove.delay", lambda *told: sent.append(told))
    monkeypatch.setattr(
        "tenants.trust.proving.prove",
        lambda owner: [
            {"kind": "address", "what": "teams/", "outcome": "kept", "said": "200", "ms": 5},
            {"kind": "table", "what": "people.team", "outcome": "leaked", "said": "", "ms": 1},
        ],
    )
    boss = member(acme, "owner", name="Olga")
    owner, admin, stranger = (
        client_of(boss),
        client_of(member(acme, "admin")),
        client_of(member(globex, "owner")),
    )
    assert admin.post("/proof/run/").status_code == 403
    assert "Not tried yet" in owner.get("/proof/").content.decode()
    owner.post("/proof/run/")
    owner.post("/proof/run/")
    with enter("acme"):
        run = ProofRun.objects.get()
        assert sent == [(run.pk, boss.pk)] * 2
        assert actions.run_proof(run_id=run.pk, owner=boss).leaks == 1
        assert actions.run_proof(run_id=run.pk, owner=boss).probes == 2
        assert AuditEntry.objects.filter(verb="proved isolation").count() == 1
    page = admin.get("/proof/").content.decode()
    assert "The canary was seen 1 times." in page
    assert "people.team" in page
    assert "Not tried yet" in stranger.get("/proof/").content.decode()
