"""How well lines were heard: what the page says is what the file holds, of this tenant alone."""

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest

from telephony.models import Agent, Call, FollowUp, Leg, LineQuality, QualityTerms
from tenants.context import enter
from tenants.people.models import AuditEntry

GOOD, POOR = 4.4, 3.0


def a_line(at, mos, *, agent=None, trunk="", loss=0.0, jitter=1.0, delay=None):
    call = Call.objects.create(id=uuid.uuid4(), arrived_at=at, ended_at=at, state="ended", exit="answered")
    kind = "agent" if agent else "caller"
    leg = Leg.objects.create(id=uuid.uuid4(), call=call, kind=kind, agent=agent, created_at=at, ended_at=at)
    figures = {"mos": mos, "loss_percent": loss, "jitter_ms": jitter, "packets": 900, "least_mos": 3.6}
    return LineQuality.objects.create(
        leg=leg, agent=agent, trunk=trunk, ended_at=at, delay_ms=delay, **figures
    )


@pytest.fixture
def lines(acme, globex, member, now, monkeypatch):
    """acme: two days, one agent, two trunks; globex: one line that is nobody else's."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    who = member(acme, "agent", name="Ann")
    with enter("acme"):
        ann = Agent.objects.create(member=who, name="Ann", extension="1001", presence="online")
        a_line(now, GOOD, agent=ann)
        a_line(now, POOR, agent=ann, loss=9.0, jitter=31.0, delay=80.0)
        a_line(now - timedelta(days=1), GOOD, trunk="203.0.113.9")
        a_line(now - timedelta(days=1), 2.2, trunk="backup", loss=20.0)
    with enter("globex"):
        a_line(now, 1.5, trunk="globex-trunk")
    return ann


def cells_of(page: str, key: str) -> list[list[str]]:
    """The rows of one table on the page, as text."""
    card = page.split(f'aria-labelledby="{key}-title"')[1].split("</section>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", card, re.S)[1:]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in found
    ]


def file_of(client, key: str) -> list[list[str]]:
    body = client.get(f"/reports/export.csv?table={key}&first=2026-11-15&last=2026-11-16").content.decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(body)))
    return rows[rows.index([]) + 2 :]


@pytest.mark.parametrize("key", ["line_days", "line_agents", "line_trunks"])
def test_the_file_holds_what_the_page_shows(lines, acme, client_of, member, key):
    boss = client_of(member(acme, "supervisor"))
    page = boss.get("/reports/lines/?first=2026-11-15&last=2026-11-16").content.decode()
    shown, kept = cells_of(page, key), file_of(boss, key)
    assert [row[0] for row in shown] == [row[0] for row in kept]
    for on_page, in_file in zip(shown, kept, strict=True):
        for said, exact in zip(on_page[1:], in_file[1:], strict=True):
            assert (said == "–" and exact == "") or float(said) == pytest.approx(float(exact), abs=0.06)


def test_the_figures_are_those_of_the_rows(lines, acme, client_of, member):
    boss = client_of(member(acme, "supervisor"))
    page = boss.get("/reports/lines/?first=2026-11-15&last=2026-11-16").content.decode()
    assert cells_of(page, "line_agents") == [["Ann", "3.70", "50.0", "4.5", "16.00", "80.00", "2"]]
    assert cells_of(page, "line_trunks") == [
        ["203.0.113.9", "4.40", "0.0", "0.0", "1.00", "–", "1"],
        ["backup", "2.20", "100.0", "20.0", "1.00", "–", "1"],
    ]
    assert cells_of(page, "line_days")[-1] == ["Total", "3.50", "50.0", "7.2", "8.50", "80.00", "4"]
    assert "globex-trunk" not in page
    behind = boss.get("/reports/behind/POOR/?first=2026-11-15&last=2026-11-16&trunk=backup").content.decode()
    assert "1 lines judged" in behind
    assert "▲ MOS" in behind


def test_the_threshold_is_set_by_those_who_configure(lines, acme, globex, client_of, member):
    where, wanted = "/reports/lines/terms/", {"least_mos": "4.0", "opens_follow_ups": "on"}
    assert client_of(member(acme, "supervisor")).post(where, wanted).status_code == 403
    assert client_of(member(acme, "admin")).post(where, wanted | {"least_mos": "7"}).status_code == 302
    with enter("acme"):
        assert QualityTerms.objects.count() == 0
    client_of(member(acme, "admin")).post(where, wanted)
    with enter("acme"):
        assert [(row.least_mos, row.opens_follow_ups) for row in QualityTerms.objects.all()] == [(4.0, True)]
        assert AuditEntry.objects.filter(subject__startswith="telephony.qualityterms").count() == 1
        assert FollowUp.objects.count() == 0
    with enter("globex"):
        assert QualityTerms.objects.count() == 0
