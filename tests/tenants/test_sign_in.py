"""Signing in, guessing, signing out, choosing a password and a language."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tenants.people.actions import end_access, sign_out_everywhere
from tenants.people.errors import LastOwner, TooManyAttempts, WrongCredentials
from tenants.people.invitations import invitation_path
from tenants.people.models import AuditEntry, Member, SignInAttempt
from tenants.people.sign_in import check_password

PASSWORD = "correct horse battery"


@pytest.fixture
def fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(acme, member, inside, fast_hashes) -> Member:
    made = member(acme, "agent", name="Alice", email="alice@example.com")
    with inside(acme):
        made.set_password(PASSWORD)
        made.save()
    return made


def sign_in(client: Client, username: str, password: str = PASSWORD, **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def at_acme() -> Client:
    return Client(SERVER_NAME="acme.localhost")


def test_a_member_signs_in_and_starts_at_the_home_of_the_role(alice, acme, inside):
    client = at_acme()
    answer = sign_in(client, alice.username)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    home = client.get("/")
    assert home["Location"] == "/workspace/"
    with inside(acme):
        entry = AuditEntry.objects.get(verb="signed in")
        assert (entry.actor_id, entry.actor_name, entry.address) == (alice.pk, "Alice", "127.0.0.1")


def test_the_e_mail_address_serves_as_user_name_in_any_case(alice):
    assert sign_in(at_acme(), "ALICE@example.com").status_code == 302


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(alice, acme, inside):
    wrong = sign_in(at_acme(), alice.username, "nonsense-nonsense")
    unknown = sign_in(at_acme(), "nobody", "nonsense-nonsense")
    assert wrong.status_code == unknown.status_code == 403
    words = "User name or password is wrong"
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()
    with inside(acme):
        assert list(AuditEntry.objects.filter(verb="sign-in failed").values_list("subject", flat=True)) == [
            "people.sign_in",
            f"people.member:{alice.pk}",
        ]
        assert "nobody" not in str(list(AuditEntry.objects.values()))
        assert not Session.objects.exists()


def test_the_eleventh_guess_within_an_hour_is_refused_even_when_right(alice, in_acme, now):
    for guess in range(10):
        with pytest.raises(WrongCredentials):
            check_password(login=alice.username, password=f"guess {guess}", address="203.0.113.5", at=now)
    with pytest.raises(TooManyAttempts):
        check_password(login=alice.username, password=PASSWORD, address="203.0.113.5", at=now)
    later = now + timedelta(minutes=61)
    assert check_password(login=alice.username, password=PASSWORD, address="203.0.113.5", at=later) == alice


def test_guesses_for_an_unknown_name_are_refused_as_well(in_acme, now, fast_hashes):
    for _guess in range(10):
        with pytest.raises(WrongCredentials):
            check_password(login="ghost", password="x", address="203.0.113.5", at=now)
    with pytest.raises(TooManyAttempts):
        check_password(login="ghost", password="x", address="203.0.113.5", at=now)


def test_a_stranger_cannot_lock_out_a_member_at_her_own_desk(alice, in_acme, now):
    check_password(
        login=alice.username, password=PASSWORD, address="198.51.100.7", at=now - timedelta(days=1)
    )
    for _guess in range(30):
        with pytest.raises((WrongCredentials, TooManyAttempts)):
            check_password(login=alice.username, password="no", address="203.0.113.5", at=now)
    assert check_password(login=alice.username, password=PASSWORD, address="198.51.100.7", at=now) == alice


def test_one_address_spraying_many_names_is_refused(in_acme, now, fast_hashes):
    for number in range(100):
        with pytest.raises(WrongCredentials):
            check_password(login=f"name{number}", password="x", address="203.0.113.9", at=now)
    with pytest.raises(TooManyAttempts):
        check_password(login="name100", password="x", address="203.0.113.9", at=now)
    assert SignInAttempt.objects.filter(succeeded=True).count() == 0


def test_a_session_of_one_tenant_is_worth_nothing_at_another(alice, acme, globex, member, inside):
    member(globex, "owner", name="Same id at globex")
    client = at_acme()
    sign_in(client, alice.username)
    thief = Client(SERVER_NAME="globex.localhost")
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    answer = thief.get("/password/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/password/")
    with inside(globex):
        assert not Session.objects.exists()


def test_a_link_to_another_site_is_not_followed_after_signing_in(alice):
    assert sign_in(at_acme(), alice.username, next="https://evil.example/")["Location"] == "/"
    assert sign_in(at_acme(), alice.username, next="//evil.example/")["Location"] == "/"
    assert sign_in(at_acme(), alice.username, next="/calls/?day=1")["Location"] == "/calls/?day=1"


def test_only_a_post_signs_out(alice, acme, inside):
    client = at_acme()
    sign_in(client, alice.username)
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/password/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/password/").status_code == 302
    with inside(acme):
        assert AuditEntry.objects.filter(verb="signed out", actor=alice).count() == 1


def test_a_new_password_ends_the_other_sessions(alice, published):
    here, elsewhere = at_acme(), at_acme()
    sign_in(here, alice.username)
    sign_in(elsewhere, alice.username)
    new = {"password": PASSWORD, "new_password": "another long one 7", "again": "another long one 7"}
    assert here.post("/password/", new).status_code == 302
    assert here.get("/password/").status_code == 200
    assert elsewhere.get("/password/").status_code == 302
    assert ("acme", f"member.{alice.pk}", {"type": "signed_out", "reason": "everywhere"}) in published


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong"}, "This is not your present password."),
        ({"again": "different thing"}, "The two are not the same."),
        ({"new_password": "short", "again": "short"}, "too short"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(alice, acme, inside, change, said):
    client = at_acme()
    sign_in(client, alice.username)
    answer = client.post(
        "/password/",
        {"password": PASSWORD, "new_password": "another long one 7", "again": "another long one 7"} | change,
    )
    assert said in answer.content.decode()
    with inside(acme):
        assert Member.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_signing_out_everywhere_ends_every_session(alice, acme, inside, now):
    client = at_acme()
    sign_in(client, alice.username)
    with inside(acme):
        sign_out_everywhere(member=alice, at=now)
    assert client.get("/password/").status_code == 302


def test_who_leaves_can_neither_stay_nor_come_back(alice, acme, inside, now):
    client = at_acme()
    sign_in(client, alice.username)
    with inside(acme):
        end_access(member=alice, at=now)
    assert client.get("/password/").status_code == 302
    assert sign_in(at_acme(), alice.username).status_code == 403


def test_the_last_owner_cannot_leave(acme, member, inside, now):
    owner = member(acme, "owner")
    with inside(acme):
        with pytest.raises(LastOwner):
            end_access(member=owner, at=now)
        assert Member.objects.get(pk=owner.pk).is_active


def test_an_invitation_sets_one_password_once(acme, member, inside, fast_hashes):
    new = member(acme, "agent", name="New")
    with inside(acme):
        path = invitation_path(new)
    client = at_acme()
    assert client.get(path).status_code == 200
    assert client.post(path, {"new_password": PASSWORD, "again": PASSWORD})["Location"] == "/sign-in/"
    assert sign_in(client, new.username).status_code == 302
    assert at_acme().get(path).status_code == 400


def test_an_invitation_of_one_tenant_opens_nothing_at_another(acme, globex, member, inside, fast_hashes):
    ours = member(acme, "agent")
    with inside(globex):
        theirs = Member.objects.create(
            pk=ours.pk, username="twin", name="Twin", roles=["owner"], password=ours.password
        )
    with inside(acme):
        path = invitation_path(ours)
    answer = Client(SERVER_NAME="globex.localhost").post(path, {"new_password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 400
    with inside(globex):
        assert not Member.objects.get(pk=theirs.pk).has_usable_password()


def test_the_chosen_language_stays_with_the_member_and_the_browser(alice, acme, inside):
    client = at_acme()
    sign_in(client, alice.username)
    answer = client.post("/language/", {"language": "zh-hans", "next": "/password/"})
    assert answer["Location"] == "/password/"
    assert 'lang="zh-hans"' in client.get("/password/").content.decode()
    with inside(acme):
        assert Member.objects.get(pk=alice.pk).language == "zh-hans"
