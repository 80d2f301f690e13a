"""Refusals of call flows; each states a fact the reader can act on."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop as _

from telephony.flows.check import Problem
from telephony.flows.document import UnreadableFlow
from tenants.errors import BadInput, DomainError, NotFound


class FlowNotFound(NotFound):
    "There is no such call flow."


class FlowVersionNotFound(NotFound):
    "This call flow has no such version."


class FlowTemplateNotFound(NotFound):
    "There is no such template."


class FlowNameMissing(BadInput):
    "Give the call flow a name of at most 80 characters."


class FlowNameTaken(BadInput):
    "There is a call flow of this name already."


class FlowUnreadable(BadInput):
    "This is not a call flow that can be read (%(code)s %(place)s). Nothing was changed."

    @classmethod
    def of(cls, wrong: UnreadableFlow) -> "FlowUnreadable":
        return cls(field="document", code=wrong.code, place=wrong.place)

    @property
    def code(self) -> str:
        return "flow_unreadable"


class DraftChanged(DomainError):
    "%(who)s has changed this draft since you opened it. Load it again; what you drew is still in your browser."


class DraftChangedSincePreflight(DomainError):
    "The draft was changed after you looked at what publishing does. Look again, then publish."


class FlowNotReady(DomainError):
    "This call flow cannot be published yet: %(count)s places need attention."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(count=len(self.problems))


class NothingToPublish(DomainError):
    "The draft says what the published version says. There is nothing to publish."


class FlowIsArchived(DomainError):
    "This call flow is put away. Bring it back first."


class FlowInUse(DomainError):
    "%(count)s numbers lead to this call flow. Lead them elsewhere first."


class FlowNotPublished(DomainError):
    "This call flow was never published, so no number can lead to it."


class NumberNotFound(NotFound):
    "There is no such number."


# Docstrings are the messages; naming them here puts them before the translators.
MESSAGES = (
    _("There is no such call flow."),
    _("This call flow has no such version."),
    _("There is no such template."),
    _("Give the call flow a name of at most 80 characters."),
    _("There is a call flow of this name already."),
    _("This is not a call flow that can be read (%(code)s %(place)s). Nothing was changed."),
    _(
        "%(who)s has changed this draft since you opened it. "
        "Load it again; what you drew is still in your browser."
    ),
    _("The draft was changed after you looked at what publishing does. Look again, then publish."),
    _("This call flow cannot be published yet: %(count)s places need attention."),
    _("The draft says what the published version says. There is nothing to publish."),
    _("This call flow is put away. Bring it back first."),
    _("%(count)s numbers lead to this call flow. Lead them elsewhere first."),
    _("This call flow was never published, so no number can lead to it."),
    _("There is no such number."),
)
