"""Members come in from a sheet and go out in one."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.people.models import AuditEntry, Member
from tests.tenants.test_people_admin import MEMBERS

HEAD = "username,name,email,roles,language,is_active\n"


def upload(client: Client, text: str, *, confirm: bool):
    page = client.post(
        MEMBERS + "import/",
        {"format": "0", "resource": "0", "import_file": SimpleUploadedFile("members.csv", text.encode())},
    )
    if not confirm:
        return page
    hidden = page.context["confirm_form"].initial
    return client.post(MEMBERS + "process_import/", hidden, follow=True)


def test_members_come_in_from_a_sheet_after_a_dry_run(people, client_of, acme, globex, inside):
    text = HEAD + 'wu,吴娟,,agent,zh-hans,1\nlin,\'=Lin,,"agent, supervisor",,1\n'
    client = client_of(people["admin"])
    assert upload(client, text, confirm=False).status_code == 200
    with inside(acme):
        assert not Member.objects.filter(username="wu").exists()
    upload(client, text, confirm=True)
    with inside(acme):
        assert Member.objects.get(username="wu").roles == ["agent"]
        assert Member.objects.get(username="lin").name == "=Lin"
        assert AuditEntry.objects.filter(verb="imported").count() == 1
    with inside(globex):
        assert not Member.objects.filter(username="wu").exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("boss,Boss,,owner,,1", "You cannot grant a role above your own."),
        ("x,X,,pilot,,1", "There is no role called pilot."),
        (",Nobody,,agent,,1", "The user name is missing."),
        ("y,Y,not-an-address,agent,,1", "valid email"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(people, client_of, acme, inside, row, said):
    text = f"username,name,email,roles,language,is_active\ngood,Good,,agent,,1\n{row}\n"
    answer = upload(client_of(people["admin"]), text, confirm=False)
    assert said in answer.content.decode()
    with inside(acme):
        assert not Member.objects.filter(username__in=["good", "boss", "x", "y"]).exists()


def test_an_upload_does_not_change_an_owner(people, client_of, acme, inside):
    owner = people["owner"]
    text = f"username,name,email,roles,language,is_active\n{owner.username},Taken,,owner,,0\n"
    assert (
        "Only an owner may change an owner."
        in upload(client_of(people["admin"]), text, confirm=False).content.decode()
    )
    with inside(acme):
        assert Member.objects.get(pk=owner.pk).name == "Owner"


@pytest.mark.parametrize(("format_number", "kind"), [("0", "csv"), ("1", "xlsx")])
def test_an_export_runs_nothing_and_is_written_down(
    people, client_of, member, acme, inside, format_number, kind
):
    member(acme, "agent", name='=HYPERLINK("http://evil")')
    client = client_of(people["admin"])
    page = client.get(MEMBERS + "export/")
    formats = dict(page.context["form"].fields["format"].choices)
    chosen = next(key for key, title in formats.items() if title == kind)
    fields = {name: "on" for name in page.context["form"].fields if name.startswith("memberresource_")}
    answer = client.post(MEMBERS + "export/", {"format": chosen, "resource": "0"} | fields)
    assert answer.status_code == 200
    names = _names_in(answer.content, kind)
    assert '\'=HYPERLINK("http://evil")' in names
    with inside(acme):
        entry = AuditEntry.objects.get(verb="exported")
        assert (entry.subject, entry.after) == ("people.member", {"rows": 7, "format": kind})


def _names_in(body: bytes, kind: str) -> list[str]:
    if kind == "csv":
        import csv

        return [row["name"] for row in csv.DictReader(io.StringIO(body.decode()))]
    from openpyxl import load_workbook

    rows = list(load_workbook(io.BytesIO(body)).active.values)
    return [row[rows[0].index("name")] for row in rows[1:]]
