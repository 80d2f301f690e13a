"""Why a delivery failed, or an endpoint was stopped: codes that rows keep, in words that people read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "bad_address": _("The address is not usable."),
    "not_encrypted": _("The address does not begin with https."),
    "private_address": _("The host's address lies inside a private network, which is not allowed."),
    "unreachable": _("Nobody could be reached there."),
    "timeout": _("There was no answer within 10 seconds."),
    "redirected": _("The receiver sent us elsewhere; we do not follow. Enter the final address."),
    "refused": _("The receiver refused the event."),
    "broken": _("The receiver answered that it is broken or busy."),
    "gone": _("The receiver says that it wants no more events (410), or what happened is no longer there."),
    "secret": _("The signing secret cannot be opened any more: make a new one."),
    "too_many": _("More than 50,000 events waited."),
    "removed": _("The webhook was deleted before this was sent."),
}


def in_words(problem: str) -> str:
    return str(WORDS.get(problem, problem)) if problem else ""
