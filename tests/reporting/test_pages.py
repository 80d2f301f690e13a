import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from reporting.registry import METRICS
from telephony.models import Agent
from tenants.people.models import AuditEntry, Member, Site, Team
from tests.telephony_rows import a_queue, a_stay, an_agent, an_offer

DAYS = "first=2026-11-15&last=2026-11-17"


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "supervisor"))


@pytest.fixture
def calls(acme, in_acme, member, now):
    """Three days around `now` in Shanghai, every exit, two queues; the second has a name a sheet could run."""
    queues = [a_queue("Sales"), a_queue('=HYPERLINK("http://x")')]
    agent = an_agent(member(acme, "agent", name="=1+1"))
    exits = ("answered", "answered", "abandoned", "voicemail", "flow_out", "lost", "")
    for n in range(84):
        at = now + timedelta(minutes=37 * (n - 42))
        stay = a_stay(at, queues[n % 2], exits[n % 7], 3 + n, agent=agent if n % 7 < 2 else None)
        if n % 7 < 2:
            an_offer(at, stay, agent, talk_seconds=60 + n, hold_seconds=n, wrap_up_seconds=30)
        elif n % 7 == 2:
            an_offer(at, stay, agent, "missed")
    return queues


@pytest.mark.parametrize(
    "path",
    ["/reports/", "/reports/agents/", "/reports/sites/", "/reports/definitions/", "/reports/behind/SL_F3/"],
)
def test_only_who_leads_reads_reports(acme, member, client_of, calls, path):
    roles = ("owner", "admin", "supervisor", "inspector", "agent", "finance")
    assert {r for r in roles if client_of(member(acme, r)).get(path).status_code == 200} == {
        "owner",
        "admin",
        "supervisor",
    }


def test_every_number_on_the_page_opens_exactly_its_calls(boss, calls):
    """Each link of both tables and the figures is followed; a count equals the number of rows it opens."""
    seen = boss.get(f"/reports/?{DAYS}").context
    cells = [cell for table in seen["tables"] for line in [*table.lines, table.total] for cell in line.cells]
    cells += [*seen["headline"], *seen["ledger"], *seen["service_levels"]]
    counts = {(cell.metric.id, cell.address, cell.value) for cell in cells if cell.metric.unit == "count"}
    assert len(counts) > 60
    for metric_id, address, value in counts:
        page = boss.get(f"/reports/behind/{metric_id}/?{address}").context["page"]
        assert page.paginator.count == value, (metric_id, address)


@pytest.mark.parametrize("metric_id", ["SL_F1", "SL_F2", "SL_F3", "SL_F4", "ABN", "CONN"])
def test_a_rate_opens_its_numerator_and_denominator(boss, calls, metric_id):
    figures = boss.get(f"/api/v1/reports/calls/?{DAYS}").json()["total"]["figures"]
    seen = boss.get(f"/reports/behind/{metric_id}/?{DAYS}").context
    rate = 100 * len(seen["counted"]) / seen["page"].paginator.count
    assert round(rate, 1) == figures[metric_id]


@pytest.mark.parametrize("metric_id", sorted(METRICS))
def test_every_definition_opens(boss, calls, metric_id):
    page = boss.get(f"/reports/behind/{metric_id}/?{DAYS}").content.decode()
    assert f"[{metric_id}]" in page


def test_unknown_words_in_the_address_do_no_harm(boss, calls):
    assert boss.get("/reports/behind/NONE/").status_code == 404
    assert boss.get("/reports/export.pdf").status_code == 404
    assert boss.get("/reports/export.csv?table=passwords").status_code == 404
    odd = "first=x&last=2026-13-45&queue=abc&hour=77&day=no&agent=-1&page=zz"
    for path in ("/reports/", "/reports/agents/", "/reports/behind/O/"):
        assert boss.get(f"{path}?{odd}").status_code == 200


def test_the_ledger_closes_and_says_so(boss, calls):
    seen = boss.get(f"/reports/?{DAYS}")
    assert seen.context["report"].total.unexplained == 0
    assert "unexplained: 0" in seen.content.decode()


def test_csv_is_exactly_the_table_with_its_definitions(boss, calls):
    page = boss.get(f"/reports/?{DAYS}")
    answer = boss.get(f"/reports/export.csv?{DAYS}&table=days")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    head = next(row for row in rows if row and row[0] == "Day")
    assert head[:3] == ["Day", "Offered [O]", "Answered [A]"]
    assert "Service level F3 [SL_F3] %" in head
    table = page.context["tables"][0]
    assert [row[0] for row in rows[rows.index(head) + 1 :]] == [
        *(line.label for line in table.lines),
        "Total",
    ]
    assert [row[1] for row in rows[rows.index(head) + 1 :]] == [
        str(line.cells[0].value) for line in [*table.lines, table.total]
    ]
    assert ["Service level", "SL_F3"] in rows
    assert ["Time zone", "Asia/Shanghai"] in rows


def test_xlsx_has_both_tables_and_the_definitions(boss, calls):
    book = load_workbook(io.BytesIO(boss.get(f"/reports/export.xlsx?{DAYS}").content))
    assert book.sheetnames == ["About", "By day", "By hour of the day", "Definitions"]
    days, hours = book["By day"], book["By hour of the day"]
    assert days.max_row == 3 + 2
    assert hours.max_row == 24 + 2
    assert [cell.value for cell in days[days.max_row]][1:] == [cell.value for cell in hours[hours.max_row]][
        1:
    ]
    defined = {row[0].value for row in book["Definitions"].iter_rows(min_row=2)}
    assert defined == set(re.findall(r"\[(\w+)\]", " ".join(str(cell.value) for cell in days[1])))


def test_no_cell_of_an_export_can_run(boss, calls):
    queue = calls[1]
    for address in (f"{DAYS}&queue={queue.pk}&table=days", f"{DAYS}&table=agents"):
        text = boss.get(f"/reports/export.csv?{address}").content.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any(cell.startswith("'=") for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
        book = load_workbook(io.BytesIO(boss.get(f"/reports/export.xlsx?{address}").content))
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_an_export_is_written_down(boss, calls):
    boss.get(f"/reports/export.csv?{DAYS}&table=hours")
    entry = AuditEntry.objects.first()
    assert entry.verb == "report.exported"
    assert entry.after == {"filter": DAYS, "table": "hours", "kind": "csv"}


def test_an_agents_numbers_open_their_offers(boss, calls):
    table = boss.get(f"/reports/agents/?{DAYS}").context["table"]
    (line,) = table.lines
    for cell in line.cells[:2]:
        page = boss.get(f"/reports/behind/{cell.metric.id}/?{cell.address}").context["page"]
        assert page.paginator.count == cell.value
    assert [cell.value for cell in line.cells[:2]] == [24, 12]


def test_globex_reads_nothing_of_acme(globex, calls, member, client_of):
    other = client_of(member(globex, "owner"))
    queue = calls[0].pk
    for path in (f"/reports/?{DAYS}", f"/reports/?{DAYS}&queue={queue}", f"/reports/behind/O/?{DAYS}"):
        page = other.get(path).content.decode()
        assert "Sales" not in page
        assert "139****" not in page
    assert other.get(f"/api/v1/reports/calls/?{DAYS}").json()["total"]["figures"]["O"] == 0


def test_the_api_says_what_the_page_says(boss, calls):
    answer = boss.get(f"/api/v1/reports/calls/?{DAYS}").json()
    assert (answer["first"], answer["last"], answer["time_zone"]) == (
        "2026-11-15",
        "2026-11-17",
        "Asia/Shanghai",
    )
    table = boss.get(f"/reports/?{DAYS}").context["tables"][0]
    assert [day["figures"]["O"] for day in answer["days"]] == [line.cells[0].value for line in table.lines]
    assert answer["unexplained"] == 0
    assert answer["total"]["figures"].keys() == METRICS.keys()


def test_the_api_tells_programs_what_was_wrong(boss, calls):
    answer = boss.get("/api/v1/reports/calls/?first=yesterday")
    assert (answer.status_code, answer.json()["field"]) == (400, "first")


def test_the_report_speaks_chinese(boss, calls):
    boss.cookies["django_language"] = "zh-hans"
    page = boss.get(f"/reports/?{DAYS}").content.decode()
    assert 'lang="zh-hans"' in page


def test_sites_are_the_sums_of_their_agents_by_the_same_definitions(
    boss, calls, globex, member, acme, client_of, now
):
    here = Site.objects.create(name="Shanghai")
    away = Team.objects.create(name="Away", site=Site.objects.create(name="Chengdu", kind="branch"))
    first = Agent.objects.get()
    Member.objects.filter(pk=first.member_id).update(site=here, team=away)
    second, third = (an_agent(member(acme, "agent", name=name)) for name in ("Bo", "Cai"))
    Member.objects.filter(pk=second.member_id).update(team=away)
    an_offer(now, a_stay(now, calls[0], "answered", agent=second), second, talk_seconds=600)
    an_offer(now, a_stay(now, calls[0], "abandoned"), third, "missed", kind="dial")
    seen = boss.get(f"/reports/sites/?{DAYS}").context["table"]
    figures = {line.label: {c.metric.id: c.value for c in line.cells} for line in [*seen.lines, seen.total]}
    # Their own site comes before their team's; a call of one's own that was not picked up is no miss.
    assert list(figures) == ["Chengdu", "Shanghai", "Of no site", "Total"]
    assert (figures["Chengdu"]["HANDLED"], figures["Chengdu"]["ATT"]) == (1, 600)
    assert [figures[name]["RONA"] for name in figures] == [0, 12, 0, 12]
    assert figures["Total"]["HANDLED"] == figures["Shanghai"]["HANDLED"] + 1 == 25
    for line in seen.lines:
        cell = next(cell for cell in line.cells if cell.metric.id == "HANDLED")
        behind = boss.get(f"/reports/behind/HANDLED/?{cell.address}").context["page"]
        assert behind.paginator.count == cell.value, line.label
    file = boss.get(f"/reports/export.csv?{DAYS}&table=sites").content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(file)) if row][-4:] == list(figures)
    told = boss.get(f"/api/v1/reports/sites/?{DAYS}").json()["sites"]
    assert [(line["label"], line["figures"]["HANDLED"]) for line in told] == [
        ("Chengdu", 1), ("Shanghai", 24), ("Of no site", 0)
    ]  # fmt: skip
    stranger = client_of(member(globex, "supervisor"))
    assert not stranger.get("/reports/sites/").context["has_sites"]
