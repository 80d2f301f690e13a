"""Why a hand, a line of chat or an announcement is refused."""

from tenants.errors import BadInput, DomainError, NotFound


class HelpGone(NotFound):
    "There is no such request for help."


class HelpIsOver(DomainError):
    "This request for help is over already."


class NobodyToWriteTo(NotFound):
    "There is no such colleague to write to."


class NothingSaid(BadInput):
    "Write something first."


class AnnouncementGone(NotFound):
    "There is no such announcement."


class FollowUpNotPlanned(DomainError):
    "Only a return visit has an answer to how satisfied the customer is."
