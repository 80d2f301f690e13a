"""Why a leader cannot listen in, step into a talk, or change somebody's state."""

from django.utils.translation import gettext_noop as _

from tenants.errors import BadInput, DomainError


class NobodyTalks(DomainError):
    "No agent talks in this call at the moment."


class NoPhoneOfYours(DomainError):
    "You have no phone: an administrator makes you an agent with an extension and a phone in the settings."


class OwnTalk(DomainError):
    "This is your own call."


class ListeningElsewhere(DomainError):
    "You are listening to another call. Stop that first."


class NotListening(DomainError):
    "You are not listening to this call. Listen first, then choose."


class HandedOver(DomainError):
    "The call went to an agent who is in none of the groups you lead: you listen no more."


class NotYourTeam(DomainError):
    "This agent is in none of the groups you lead."


class ModeUnknown(BadInput):
    "One listens silently, whispers to the agent, or barges in."


class StateUnknown(BadInput):
    "An agent is set ready, set not ready, or signed out."


class SignedOut(DomainError):
    "This agent is signed out: only the agent can sign in."


class AgentUnreachable(DomainError):
    "The phone of this agent is not registered, so nobody could reach them."


# Docstrings are the messages; naming them here puts them before the translators.
MESSAGES = (
    _("No agent talks in this call at the moment."),
    _(
        "You have no phone: an administrator makes you an agent with an extension and a phone in the settings."
    ),
    _("This is your own call."),
    _("You are listening to another call. Stop that first."),
    _("You are not listening to this call. Listen first, then choose."),
    _("This agent is in none of the groups you lead."),
    _("One listens silently, whispers to the agent, or barges in."),
    _("An agent is set ready, set not ready, or signed out."),
    _("This agent is signed out: only the agent can sign in."),
    _("The phone of this agent is not registered, so nobody could reach them."),
)
