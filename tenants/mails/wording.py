"""What each mail says, in the language that is active now. Amounts, names and days are handed in as they are."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.mails.letters import Letter


def invitation(name: str, username: str, house: str, link: str) -> Letter:
    return Letter(
        subject=_("Your account at %(house)s") % {"house": house},
        paragraphs=(
            _("Hello %(name)s,") % {"name": name},
            _("an account has been made for you. Your user name is %(username)s.") % {"username": username},
            _("Choose a password by this link. It works once, for three days. Nobody else should have it."),
        ),
        link=link,
        link_words=_("Choose a password"),
    )


def day_of_agreement(kind: str, day: date, link: str) -> Letter:
    return Letter(
        subject=_("A day of your agreement comes near: %(day)s") % {"day": day.isoformat()},
        paragraphs=(
            f"{kind}: {day.isoformat()}.",
            _("The page of your agreement says what it means and what to do."),
        ),
        link=link,
        link_words=_("Open the agreement"),
    )


def bill(row: Any, link: str) -> Letter:
    values = {"number": row.number, "amount": _amount(row, row.total), "day": row.due_on}
    if row.is_credit:
        return Letter(
            subject=_("Credit note %(number)s") % values,
            paragraphs=(_("Credit note %(number)s over %(amount)s has been issued.") % values,),
            link=link,
            link_words=_("Open your bills"),
        )
    return Letter(
        subject=_("Invoice %(number)s") % values,
        paragraphs=(
            _("Invoice %(number)s over %(amount)s has been issued. It is due on %(day)s.") % values,
            _("It can be taken as PDF from the page of your bills."),
        ),
        link=link,
        link_words=_("Open your bills"),
    )


def reminder(row: Any, link: str) -> Letter:
    owed = row.bill
    values = {
        "number": owed.number,
        "amount": _amount(owed, row.open_amount),
        "day": row.suspends_on,
        "due": owed.due_on,
    }
    said = {
        "first": _("Invoice %(number)s was due on %(due)s. %(amount)s of it is open.") % values,
        "second": _("Invoice %(number)s was due on %(due)s, and %(amount)s of it is still open.") % values,
        "suspension": _(
            "%(amount)s of invoice %(number)s is open. The account is suspended until it is paid; nothing is lost."
        )
        % values,
    }
    warned = (
        _(
            "%(amount)s of invoice %(number)s is overdue. If it is not paid before %(day)s, people are signed out and "
            "callers hear a notice."
        )
        % values
    )
    return Letter(
        subject=_("Invoice %(number)s is not paid") % values,
        paragraphs=(
            said.get(row.step, warned),
            _("If you have paid meanwhile, please take no notice of this mail."),
        ),
        link=link,
        link_words=_("Open your bills"),
    )


def word_in_case(case: Any, text: str, link: str) -> Letter:
    """The number in the subject leads an answer back into the case."""
    return Letter(
        subject=f"[{case.number}] {case.subject}",
        paragraphs=(text or _("Your case has been solved."),),
        link=link,
        link_words=_("Open your case"),
    )


def call_to_operator(sentence: str, link: str) -> Letter:
    return Letter(subject=sentence, paragraphs=(_("Somebody is wanted. Say on the page that you have it."),), link=link,
                  link_words=_("Open your case"))  # fmt: skip


def archive_ready(export: Any, link: str) -> Letter:
    values = {"day": export.expires_at.date().isoformat() if export.expires_at else "–"}
    return Letter(
        subject=_("Your archive is ready"),
        paragraphs=(
            _(
                "The archive of everything is ready. An owner takes it from the page until %(day)s; then it is deleted."
            )
            % values,
        ),
        link=link,
        link_words=_("Open the page"),
    )


def house(ask: Any, news: str, link: str) -> Letter:
    """What became of the request to delete a house."""
    values = {
        "house": ask.tenant.name,
        "asked": ask.asked_by,
        "answered": ask.answered_by,
        "day": _moment(ask.due_at, ask.tenant.time_zone),
        "problem": ask.problem,
        "withdrawn": ask.withdrawn_by,
    }
    stop = _("Until then any owner can withdraw it on the page. Afterwards there is no way back.")
    said = {
        "asked": (
            _(
                "%(asked)s has asked to delete all of %(house)s. Nothing happens before somebody else confirms it."
            ),
        ),
        "confirmed": (
            _("All of %(house)s is deleted from %(day)s on, as %(asked)s asked and %(answered)s confirmed."),
            stop,
        ),
        "near": (_("All of %(house)s is deleted from %(day)s on."), stop),
        "held": (_("%(house)s was to be deleted on %(day)s. That waits: %(problem)s"),),
        "withdrawn": (_("%(withdrawn)s has withdrawn it: %(house)s is not deleted."),),
    }[news]
    return Letter(
        subject=_("Deletion of %(house)s") % values,
        paragraphs=(
            *(words % values for words in said),
            _("Reason given: %(reason)s") % {"reason": ask.reason},
        ),
        link=link,
        link_words=_("Open the page"),
    )


def house_deleted(deletion: Any) -> Letter:
    values = {"house": deletion.tenant.name, "number": deletion.pk}
    return Letter(
        subject=_("%(house)s is deleted: certificate %(number)s") % values,
        paragraphs=(
            _("All of %(house)s is deleted. The certificate is attached: what was deleted, what the law makes us keep "
              "and why, signed.") % values,
            _("Keep it: this address is forgotten with this mail. Later the operator finds it by its number, "
              "%(number)s.") % values,
        ),
    )  # fmt: skip


def trial() -> Letter:
    return Letter(subject=_("A trial mail"), paragraphs=(_("If you read this, mails go out."),))


def _moment(at: datetime | None, zone: str) -> str:
    """By the clock of the house."""
    return f"{timezone.localtime(at, ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})" if at else "–"


def _amount(row: Any, value: Any) -> str:
    return f"{value:.{row.places}f} {row.currency}"
