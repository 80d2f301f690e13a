"""What the audit log's verbs are called on pages; the log itself keeps the English word."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

KNOWN = (
    _("added"),
    _("changed"),
    _("deleted"),
    _("exported"),
    _("imported"),
    _("signed in"),
    _("signed out"),
    _("sign-in failed"),
    _("sign-in refused"),
    _("password changed"),
    _("signed out everywhere"),
    _("invited"),
    _("revoked"),
    _("ordered"),
    _("opened"),
    _("opening run again"),
    _("suspended"),
    _("resumed"),
    _("closed"),
    _("assigned"),
    _("taken back"),
    _("played"),
    _("revealed"),
    _("downloaded"),
)


def verb_name(verb: str) -> str:
    return gettext(verb) if verb else ""
