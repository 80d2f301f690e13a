"""What every other test stands on."""

from django.db import connection, transaction


def test_two_tenants_do_not_see_each_others_members(acme, globex, member, inside):
    from tenants.people.models import Member

    member(acme, "agent", name="Wang Fang")
    with inside(globex):
        assert Member.objects.count() == 0
    with inside(acme):
        assert [who.name for who in Member.objects.all()] == ["Wang Fang"]


def test_what_waits_for_the_commit_runs_when_the_outermost_block_ends(at_once):
    heard = []
    with transaction.atomic():
        with transaction.atomic():
            transaction.on_commit(lambda: heard.append("inner"))
        assert heard == []
    assert heard == ["inner"]
    transaction.on_commit(lambda: heard.append("outside"))
    assert heard == ["inner", "outside"]


def test_what_is_rolled_back_is_not_told(at_once):
    heard = []
    try:
        with transaction.atomic():
            transaction.on_commit(lambda: heard.append("never"))
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    transaction.on_commit(lambda: heard.append("later"))
    assert heard == ["later"]


def test_a_signed_in_client_stays_in_its_tenant(acme, in_acme, member, client_of):
    client_of(member(acme, "agent")).get("/no-such-page/")
    assert connection.schema_name == "acme"
