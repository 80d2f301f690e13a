"""The first operator of a real server."""

from django.core.management import call_command
from django.test import Client

from tenants.people.models import AuditEntry, Member


def test_the_first_operator_gets_a_password_shown_once(db, capsys):
    call_command("open_operator", "olivia")
    username, password = capsys.readouterr().out.split()
    assert username == "olivia"
    assert Member.objects.get(username="olivia").roles == ["operator"]
    assert AuditEntry.objects.get(verb="added").after == {"username": "olivia", "roles": ["operator"]}
    assert Client(SERVER_NAME="localhost").login(username="olivia", password=password)


def test_an_operator_that_is_there_keeps_the_password(db, capsys):
    call_command("open_operator", "olivia")
    before = Member.objects.get(username="olivia").password
    call_command("open_operator", "Olivia", "--finance")
    assert "is there already" in capsys.readouterr().out
    assert Member.objects.get(username="olivia").password == before
    assert Member.objects.get(username="olivia").roles == ["operator"]
