"""Where one person's data is in the tenants' own tables, and which columns only look as if it were."""

from tenants.leaving.registry import Personal, add_impersonal, add_personal

LOG = "the log says who did what; the law asks for it, and its chain would break"
LEDGER = "bills and the ledger are kept as long as the law of accounting says"
STAFF = "somebody who works here: end their access first"


def connect() -> None:
    add_personal(
        Personal("people.auditentry", by={"subject_name": "text", "reason": "text", "before": "text",
                                          "after": "text"}, kept_because=LOG),
        Personal("people.member", by={"name": "name", "email": "mail"}, kept_because=STAFF),
        Personal("admin.logentry", by={"object_repr": "text", "change_message": "text"}),
        Personal("hooks.delivery", by={"body": "text"}, goes=True),
        Personal("billing.charge", by={"number": "number", "other_number": "number"}, kept_because=LEDGER),
    )  # fmt: skip
    add_impersonal(
        {
            "people.site.address": "a house, not a person",
            "people.rolloutstep.note": "work of this firm on itself",
            "people.signinattempt.address": "forgotten after a day",
            "people.auditentry.address": LOG,
            "people.auditentry.actor_name": LOG,
        }
    )
