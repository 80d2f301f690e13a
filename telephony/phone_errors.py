"""Why a number may not ring an agent, or an agent not go ready for their phone's sake."""

from django.utils.translation import gettext_noop as _

from tenants.errors import BadInput, DomainError


class NoSuchNumber(BadInput):
    "This is no number that can be dialled from everywhere. Write it with its country, such as +86 138 0013 8000."


class NumberAbroad(BadInput):
    "This number is abroad, and the terms of phones do not allow that."


class NumberCostsExtra(BadInput):
    "Calls to this number cost extra, and the terms of phones do not allow that."


class HasANumberAlready(DomainError):
    "This agent has an outside number already. Remove it first."


class PhoneKindUnknown(BadInput):
    "Calls ring the page, an IP phone, an outside number, or whatever is there."


class NoPhoneOfThisKind(DomainError):
    "You have no phone of this kind. An administrator adds IP phones and outside numbers in the settings."


class PhoneCheckNeeded(DomainError):
    "Check your phone first: your last passed check is older than %(hours)s hours, or there is none."


class AnsweredOnThePhone(DomainError):
    "Your outside number rings: answer there and press 1."


# Docstrings are the messages; naming them here puts them before the translators.
MESSAGES = (
    _(
        "This is no number that can be dialled from everywhere. Write it with its country, such as +86 138 0013 8000."
    ),
    _("This number is abroad, and the terms of phones do not allow that."),
    _("Calls to this number cost extra, and the terms of phones do not allow that."),
    _("This agent has an outside number already. Remove it first."),
    _("Calls ring the page, an IP phone, an outside number, or whatever is there."),
    _("You have no phone of this kind. An administrator adds IP phones and outside numbers in the settings."),
    _("Check your phone first: your last passed check is older than %(hours)s hours, or there is none."),
    _("Your outside number rings: answer there and press 1."),
)
