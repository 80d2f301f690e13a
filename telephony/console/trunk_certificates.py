"""Certificates of trunks by TLS in words: the carrier's, and the switch's own."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.trunks import handshake
from telephony.trunks.models import Trunk, TrunkSight

SOON = timedelta(days=14)
PROBLEMS: Mapping[str, Promise] = {
    handshake.NO_ANSWER: gettext_lazy(
        "Nobody answered within five seconds. Host or port may be wrong, or a firewall stands between."
    ),
    handshake.CLOSED: gettext_lazy(
        "Nobody listens at this port. For TLS carriers mostly name another one, often 5061."
    ),
    handshake.NO_TLS: gettext_lazy(
        "There is an answer, but not by TLS 1.2 or newer. Is this the carrier's port for TLS?"
    ),
    handshake.UNKNOWN_CA: gettext_lazy(
        "No authority we trust vouches for the certificate. Ask the carrier for its authority's, and enter"
        " it at this trunk."
    ),
    handshake.SELF_SIGNED: gettext_lazy(
        "The certificate vouches for itself alone. Ask the carrier for it by a way you trust, and enter"
        " it at this trunk."
    ),
    handshake.EXPIRED: gettext_lazy("The certificate has expired. The carrier has to renew it."),
    handshake.NOT_YET: gettext_lazy(
        "The certificate is not valid yet. Is the clock of this machine right? Else ask the carrier."
    ),
    handshake.WRONG_NAME: gettext_lazy(
        "The certificate is for another name. Enter the host as it stands there; a name with * counts for none."
    ),
}


def refusal_words(row: Trunk) -> str:
    """What is wrong with the carrier's certificate, and whose it is; "" when nothing is."""
    why = str(PROBLEMS.get(row.tls_problem, ""))
    if not why or not row.tls_more:
        return why
    more = (
        _("It was signed by: %(names)s")
        if row.tls_problem == handshake.UNKNOWN_CA
        else _("It is for: %(names)s")
    )
    return f"{why} {more % {'names': row.tls_more}}"


def accepted_words(row: Trunk) -> str:
    until = until_words(row.tls_until) if row.tls_until else ""
    return ", ".join(part for part in (row.tls_more, until) if part)


def ends_soon(until: datetime | None, at: datetime) -> bool:
    return until is not None and until - at < SOON


def own_words(seen: Iterable[TrunkSight]) -> str:
    """ "main-1: until 2027-01-01", of each switch."""
    return ", ".join(f"{one.node}: {until_words(one.own_until)}" for one in seen if one.own_until)


def until_words(moment: datetime) -> str:
    return _("until %(day)s") % {"day": date_format(moment, "Y-m-d")}
