"""Why an agent cannot call this number now, and what to do about it."""

from django.utils.translation import gettext_noop as _

from tenants.errors import BadInput, DomainError


class NotAnAgent(DomainError):
    "You do not work as an agent, so you have no telephone to call with. An administrator can make you one."


class WorkspaceNotOpen(DomainError):
    "Open your workspace first: calls are made from there."


class NoPhoneToCallWith(DomainError):
    "None of your telephones is there. Take calls in your workspace, or check your IP phone, then try again."


class BusyOnCall(DomainError):
    "You are on a call. Finish it first, then call."


class DialNotAllowed(DomainError):
    "Your group calls nobody outside. Ask your leader to make this call."


class NoLineToDial(DomainError):
    "There is no line to the outside, so nobody can be called. Your operator sets FREESWITCH_GATEWAY."


class OnTheLineAlready(DomainError):
    "This number is on the line with us at this moment."


class NoNumberHere(BadInput):
    "There is no number here that could be called."


class DialledAbroad(BadInput):
    "This number is abroad, and such calls are not allowed here. An administrator sets that in the terms of phones."


class DialledPremium(BadInput):
    "Calls to this number cost extra and are not allowed. An administrator sets that in the terms of phones."


class NumberNotForThis(BadInput):
    """Your number %(number)s is for calls in only, so nobody is called with it. Display pools choose another."""


class NumberNotForThere(BadInput):
    """Your number %(number)s may not be used for calls to %(place)s. Display pools choose another."""


class NumberMustNotBeCalled(BadInput):
    "This number is on the do-not-call list, so it was not called. A supervisor may call it with a reason."


class SayWhyCalled(BadInput):
    "This number is on the do-not-call list. Say why it is called all the same; that is written down."


# Docstrings are the messages; naming them here puts them before the translators.
MESSAGES = (
    _(
        "You do not work as an agent, so you have no telephone to call with. An administrator can make you one."
    ),
    _("Open your workspace first: calls are made from there."),
    _(
        "None of your telephones is there. Take calls in your workspace, or check your IP phone, then try again."
    ),
    _("You are on a call. Finish it first, then call."),
    _(
        "Your number %(number)s is for calls in only, so nobody is called with it. Display pools choose another."
    ),
    _("Your number %(number)s may not be used for calls to %(place)s. Display pools choose another."),
    _("Your group calls nobody outside. Ask your leader to make this call."),
    _("There is no line to the outside, so nobody can be called. Your operator sets FREESWITCH_GATEWAY."),
    _("This number is on the line with us at this moment."),
    _("There is no number here that could be called."),
    _(
        "This number is on the do-not-call list, so it was not called. A supervisor may call it with a reason."
    ),
    _("This number is on the do-not-call list. Say why it is called all the same; that is written down."),
    _(
        "This number is abroad, and such calls are not allowed here. An administrator sets that in the terms of phones."
    ),
    _(
        "Calls to this number cost extra and are not allowed. An administrator sets that in the terms of phones."
    ),
)
