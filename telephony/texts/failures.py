"""Why a text message was not sent, as a code that rows keep and words that people read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "settings": _("The service is not set up completely: see its settings."),
    "secret": _("The key of the service cannot be opened any more: enter it again."),
    "bad_address": _("The address of the service is not a usable web address."),
    "not_encrypted": _("The address of the service must begin with https."),
    "private_address": _("The address of the service lies inside a private network, which is not allowed."),
    "unreachable": _("The service could not be reached."),
    "timeout": _("The service did not answer in time."),
    "refused": _("The service refused the key."),
    "busy": _("The service says there were too many messages, or the quota is used up."),
    "bad_answer": _("The service answered with something we do not understand."),
    "bad_number": _("The service says this is no number it can send to."),
    "shut": _("The service has failed again and again, so it is left alone for a while."),
    "no_service": _("No service for text messages is in use."),
    "too_late": _("It could not be sent in time, and nobody wants to be asked hours later."),
    "cut_off": _("We were stopped while it was being sent. It is not sent again: nobody is asked twice."),
    "not_mobile": _("No mobile number, so no text message arrives there."),
    "opted_out": _("This number wants no text messages."),
    "asked_lately": _("This number was asked not long ago."),
}


class TextFailed(Exception):
    """`reason` is a key of WORDS. `may_have_left`: the service may have taken it before something went wrong."""

    def __init__(self, reason: str, *, may_have_left: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.may_have_left = reason, may_have_left


PASSING = frozenset({"unreachable", "timeout", "busy", "bad_answer"})
"""What may be better in a minute."""


def in_words(reason: str) -> str:
    return str(WORDS.get(reason, WORDS["bad_answer"])) if reason else ""
