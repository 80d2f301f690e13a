"""Proves who somebody is, and stops guessing: at most ten wrong passwords an hour per account, a hundred per address.

An address an account has signed in from before counts by itself, so that a stranger's guesses do not lock out
the person at his own desk. Unknown names take as long and are counted the same: nothing tells them apart.
"""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils.crypto import salted_hmac

from tenants.people.actions import record_audit
from tenants.people.errors import TooManyAttempts, WrongCredentials
from tenants.people.models import Member, SignInAttempt
from tenants.people.queries import member_by_login

WINDOW = timedelta(hours=1)
FAILURES_PER_ACCOUNT = 10
FAILURES_PER_ADDRESS = 100
ADDRESS_KNOWN_FOR = timedelta(days=30)


def check_password(*, login: str, password: str, address: str | None, at: datetime) -> Member:
    """The member whose password this is; raises WrongCredentials or TooManyAttempts."""
    member = member_by_login(login)
    account = _account_key(member, login)
    # Written before the slow hash: a burst in parallel must not see an empty count.
    attempt = SignInAttempt.objects.create(account=account, address=address, at=at)
    _refuse_guessing(account, address, at)
    if member is None or not _proves(member, password):
        _record_failure(member, address)
        raise WrongCredentials
    SignInAttempt.objects.filter(pk=attempt.pk).update(succeeded=True)
    return member


def _proves(member: Member | None, password: str) -> bool:
    if member is None or not _may_come(member):
        make_password(password)
        return False
    return member.check_password(password)


def _may_come(member: Member) -> bool:
    return member.is_active and not member.is_seat_over and member.has_usable_password()


def _account_key(member: Member | None, login: str) -> str:
    text = f"member {member.pk}" if member else f"login {login.strip().lower()[:254]}"
    return salted_hmac("tenants.people.sign_in", text, algorithm="sha256").hexdigest()


def _refuse_guessing(account: str, address: str | None, at: datetime) -> None:
    recent = SignInAttempt.objects.filter(at__gt=at - WINDOW, succeeded=False)
    mine = recent.filter(account=account)
    known = _known_addresses(account, at)
    mine = mine.filter(address=address) if address in known else mine.exclude(address__in=known)
    for failures, limit in (
        (mine, FAILURES_PER_ACCOUNT),
        (recent.filter(address=address), FAILURES_PER_ADDRESS),
    ):
        # The attempt in hand is among them, refused ones too: who keeps trying keeps waiting.
        if failures.count() > limit:
            record_audit(
                verb="sign-in refused", subject="people.sign_in", address=address, reason="too many attempts"
            )
            raise TooManyAttempts(minutes=int(WINDOW.total_seconds() // 60))


def _known_addresses(account: str, at: datetime) -> list[str]:
    since = at - ADDRESS_KNOWN_FOR
    found = SignInAttempt.objects.filter(account=account, succeeded=True, at__gt=since, address__isnull=False)
    return [str(address) for address in found.values_list("address", flat=True).distinct()[:50]]


def _record_failure(member: Member | None, address: str | None) -> None:
    """An unknown name is not written down: people type passwords into the wrong field."""
    subject = member if member is not None else "people.sign_in"
    record_audit(verb="sign-in failed", subject=subject, address=address)


def forget_old_attempts(*, at: datetime) -> int:
    removed, _rows = SignInAttempt.objects.filter(at__lt=at - ADDRESS_KNOWN_FOR).delete()
    return removed
