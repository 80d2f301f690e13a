"""What the audit log's verbs are called on pages; the log itself keeps the English word."""

from django.apps import apps
from django.utils.text import capfirst
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
    _("emergency switched on"),
    _("emergency switched off"),
    _("emergency drilled"),
    _("disposed"),
    _("revealed the number of"),
    _("invoice drafted"),
    _("moved on the floor"),
    _("ended the move of"),
    _("took on the alert"),
    _("pulled the call to an agent"),
    _("redirected the call"),
    _("escalated the call"),
    _("changed the priority of the call"),
    _("cancelled"),
    _("claimed"),
    _("finished"),
    _("released"),
    _("reopened"),
    _("promised"),
    _("flow drawn"),
    _("flow published"),
    _("flow rolled back"),
    _("flow put away"),
    _("flow brought back"),
    _("worded"),
    _("wording deleted"),
    _("uploaded"),
    _("music chosen"),
    _("used for all queues"),
    _("piece added"),
    _("piece deleted"),
    _("moved to another cell"),
    _("secret renewed"),
    _("test sent"),
    _("sent again"),
    _("webhook stopped"),
    _("listens in"),
    _("whispers to the agent"),
    _("barged in"),
    _("stopped listening in"),
    _("took the call over"),
    _("hung up the call"),
    _("sent through a flow"),
    _("masked the recording of"),
    _("unmasked the recording of"),
    _("began to record"),
    _("stopped recording"),
    _("refused a recording"),
    _("refused"),
    _("shared"),
    _("opened share"),
    _("made recording key"),
    _("wrapped recording key anew"),
    _("destroyed recording key"),
    _("alarm of a sound"),
    _("alarm of a sound over"),
    _("changed storage of recordings"),
    _("chose storage of recordings"),
    _("removed storage of recordings"),
    _("began rekey of recordings"),
    _("stopped rekey of recordings"),
    _("began move of recordings"),
    _("stopped move of recordings"),
    _("changed retention of recordings"),
    _("ran retention of recordings"),
    _("exported proof of retention"),
    _("placed legal hold"),
    _("lifted legal hold"),
    _("asked for a purge"),
    _("confirmed a purge"),
    _("refused a purge"),
    _("recording stopped"),
    _("recording goes on"),
    _("recording quota reached"),
    _("changed terms of recordings"),
    _("exported unrecorded calls"),
    _("custody ledger broken"),
    _("proved custody ledger"),
    _("accepted"),
    _("narrowed the seat"),
    _("announced"),
    _("withdrawn"),
    _("approved"),
    _("approval lost"),
    _("planned"),
    _("moved"),
)
OF_A_THING = {
    "customer.created": _("added"),
    "customer.changed": _("changed"),
    "customer.number_added": _("number added"),
    "customer.number_removed": _("number removed"),
    "customer.number_revealed": _("revealed"),
    "ticket.opened": _("ticket created"),
    "ticket.changed": _("changed"),
    "ticket.state": _("state changed"),
    "ticket.assigned": _("ticket given"),
    "scorecard.created": _("added"),
    "scorecard.changed": _("changed"),
    "scorecard.drafted": _("next version drafted"),
    "scorecard.published": _("published"),
    "evaluation.published": _("published"),
    "report.exported": _("exported"),
    "ordered set_ready": _("set ready"),
    "ordered set_not_ready": _("set not ready"),
    "ordered sign_out": _("logged out of the queues"),
}
"""Verbs that carry the kind of thing or of order, which the pages show beside them."""


OF_NO_ROW = {"reporting.report": _("Report"), "recordings": _("Recordings")}
"""Things that are done something to and have no table."""


def kind_name(subject: str) -> str:
    """`ticketing.customer:12` → Customer; what is nothing of ours stays as it was written."""
    kind = subject.split(":")[0]
    if kind in OF_NO_ROW:
        return gettext(OF_NO_ROW[kind])
    try:
        return capfirst(str(apps.get_model(kind)._meta.verbose_name))
    except (LookupError, ValueError):
        return subject


def verb_name(verb: str) -> str:
    return gettext(OF_A_THING.get(verb, verb)) if verb else ""
