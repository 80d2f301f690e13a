"""A sheet too long for one request: looked through, taken in part by part, cancelled, taken up again. Two tenants."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants.lists import background, sheets, tasks
from tenants.lists.models import SILENT_AFTER, SheetImport
from tenants.people.models import AuditEntry
from tenants.provisioning import turns
from ticketing.models import Customer

CUSTOMERS = "/admin/ticketing/customer/"
SHEETS = "/admin/lists/sheetimport/"


@pytest.fixture
def sent(monkeypatch):
    """What would go to the task queue; every sheet is a long one here."""
    found = []
    monkeypatch.setattr(background, "LARGE", 10)
    for module in (background, __import__("tenants.lists.admin", fromlist=["admin"])):
        monkeypatch.setattr(module, "send_sheet", found.append)
    monkeypatch.setattr(sheets, "PART", 10)
    return found


def lines(count: int, *bad: int) -> str:
    head = "name,level,language\n"
    return head + "".join(f"Customer {n},{'nonsense' if n in bad else 'standard'},en\n" for n in range(count))


def hand_in(client, text: str) -> int:
    file = SimpleUploadedFile("customers.csv", text.encode(), content_type="text/csv")
    answer = client.post(CUSTOMERS + "import/", {"format": "0", "resource": "0", "import_file": file})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    assert answer["Location"].startswith(SHEETS)
    return int(answer["Location"].split("/")[-3])


def run(pk: int) -> str:
    return tasks.run_sheet_of(pk)


def test_a_long_sheet_is_looked_through_then_taken_in_without_its_bad_rows(
    people, client_of, acme, globex, inside, sent
):
    admin = client_of(people["admin"])
    pk = hand_in(admin, lines(25, 3, 17))
    assert sent == [pk]
    where = f"{SHEETS}{pk}/change/"
    with inside(acme):
        assert run(pk) == "checked"
        assert not Customer.objects.exists()
    page = admin.get(where).content.decode()
    assert "25 / 25 (100 %)" in page
    assert "Take the good rows in" in page
    with inside(acme):
        told = SheetImport.objects.get()
        assert (told.added, told.failed) == (23, 2)
        # The head is line 1 of the file.
        assert list(told.problems.values_list("line", flat=True)) == [5, 19]
    admin.post(where, {"do": "take"})
    assert sent == [pk, pk]
    with inside(acme):
        assert run(pk) == "done"
        assert Customer.objects.count() == 23
        assert not Customer.objects.filter(name__in=["Customer 3", "Customer 17"]).exists()
        told = SheetImport.objects.get()
        assert (told.added, told.failed, told.done, bytes(told.content)) == (23, 2, 25, b"")
        entry = AuditEntry.objects.get(verb="imported")
        assert (entry.actor, entry.after["added"]) == (people["admin"], 23)
    with inside(globex):
        assert not Customer.objects.exists()
        assert not SheetImport.objects.exists()


def test_a_sheet_is_cancelled_between_two_parts_and_what_is_in_stays(people, client_of, acme, inside, sent):
    admin = client_of(people["admin"])
    pk = hand_in(admin, lines(40))
    with inside(acme):
        run(pk)
        sheets.take_in(sheet_id=pk, at=timezone.now())
        turns = iter(range(9))

        def clock():
            if next(turns) == 2:
                sheets.cancel(sheet_id=pk, at=timezone.now())
            return timezone.now()

        sheet = sheets.run_sheet(
            sheet_id=pk, resource=tasks._resource_of(SheetImport.objects.get(pk=pk)), clock=clock
        )
        assert sheet.state == "cancelled"
        assert Customer.objects.count() == sheet.done == 20


def test_a_sheet_whose_worker_died_goes_on_where_it_stopped(people, client_of, acme, inside, sent):
    admin = client_of(people["admin"])
    pk = hand_in(admin, lines(30))
    where = f"{SHEETS}{pk}/change/"
    with inside(acme):
        run(pk)
        sheets.take_in(sheet_id=pk, at=timezone.now())
        resource = tasks._resource_of(SheetImport.objects.get(pk=pk))

        def dies():
            if Customer.objects.count() >= 20:
                raise SystemExit
            return timezone.now()

        with pytest.raises(SystemExit):
            sheets.run_sheet(sheet_id=pk, resource=resource, clock=dies)
        # The part that died took nothing with it, and counted nothing.
        assert Customer.objects.count() == SheetImport.objects.get().done == 10
    admin.post(where, {"do": "go-on"})
    assert sent == [pk]
    with inside(acme):
        SheetImport.objects.update(heard_at=timezone.now() - SILENT_AFTER * 2)
    assert "Nothing has been heard of it" in admin.get(where).content.decode()
    admin.post(where, {"do": "go-on"})
    assert sent == [pk, pk]
    with inside(acme):
        assert run(pk) == "done"
        assert Customer.objects.count() == 30


def test_a_file_that_is_none_says_so(people, client_of, acme, inside, sent):
    admin = client_of(people["admin"])
    file = SimpleUploadedFile("customers.xlsx", b"PK\x03\x04 no sheet at all", content_type="application/zip")
    admin.post(CUSTOMERS + "import/", {"format": "1", "resource": "0", "import_file": file})
    with inside(acme):
        pk = SheetImport.objects.get().pk
        assert run(pk) == "failed"
    assert "The file cannot be read." in admin.get(f"{SHEETS}{pk}/change/").content.decode()


def test_others_neither_hand_in_nor_move_a_sheet(people, client_of, acme, globex, inside, sent, member):
    pk = hand_in(client_of(people["admin"]), lines(12))
    where = f"{SHEETS}{pk}/change/"
    assert client_of(people["owner"]).post(where, {"do": "cancel"}).status_code == 403
    assert client_of(people["supervisor"]).post(where, {"do": "cancel"}).status_code in (302, 403)
    assert client_of(member(globex, "admin")).get(where).status_code == 302
    with inside(acme):
        assert SheetImport.objects.get().state == "checking"
    file = SimpleUploadedFile("c.csv", lines(12).encode(), content_type="text/csv")
    inspector = client_of(people["inspector"])
    inspector.post(CUSTOMERS + "import/", {"format": "0", "resource": "0", "import_file": file})
    with inside(acme):
        assert SheetImport.objects.count() == 1


def test_a_long_sheet_goes_on_in_turns_and_the_other_tenant_is_not_kept_waiting(
    people, client_of, acme, globex, member, inside, sent, monkeypatch
):
    mine = [hand_in(client_of(people["admin"]), lines(40)) for _ in range(3)]
    full = SimpleUploadedFile("c.csv", lines(12).encode(), content_type="text/csv")
    refused = client_of(people["admin"]).post(
        CUSTOMERS + "import/", {"format": "0", "resource": "0", "import_file": full}
    )
    assert (refused.status_code, "3 sheets are under way already" in refused.content.decode()) == (429, True)
    theirs = hand_in(client_of(member(globex, "admin")), lines(12))
    monkeypatch.setattr(sheets, "TURN", timedelta())
    again = []
    monkeypatch.setattr(tasks, "send_sheet", lambda pk, seconds=0: again.append((pk, seconds)))
    with inside(acme):
        assert [run(pk) for pk in mine] == ["checking", "waiting", "waiting"]
        # Each comes again: the one at work at once, behind the others; those behind it look again later.
        assert again == [(mine[0], 0), (mine[1], tasks.LOOK_AGAIN), (mine[2], tasks.LOOK_AGAIN)]
        assert [one.done for one in SheetImport.objects.order_by("pk")] == [10, 0, 0]
    with inside(globex):
        assert (run(theirs), run(theirs)) == ("checking", "checked")
    with inside(acme), turns.try_any_turn(turns.SHEETS, 1) as is_ours:
        # As many as may are at work elsewhere.
        assert (is_ours, run(mine[0])) == (True, "waiting")
        assert SheetImport.objects.get(pk=mine[0]).done == 10
    with inside(acme):
        assert [run(mine[0]) for _ in range(3)] == ["checking", "checking", "checked"]
        assert run(mine[1]) == "checking"
