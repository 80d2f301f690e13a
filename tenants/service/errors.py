"""What is refused about cases, shifts, notes and outages, in words one can act on."""

from tenants.errors import BadInput, DomainError, NotFound


class CaseNotFound(NotFound):
    """There is no such case."""


class CaseIsOver(DomainError):
    """This case is closed. Open a new one."""


class CaseIsPaused(DomainError):
    """The clock of this case stands still already."""


class CaseIsNotPaused(DomainError):
    """The clock of this case is running."""


class AnswerFirst(DomainError):
    """Write an answer before you stop the clock: the customer must know what you wait for."""


class MailUnreadable(BadInput):
    """This is no mail we can read: it needs a sender and a subject or a text."""


class MailTooLarge(BadInput):
    """This mail is larger than %(megabytes)s MB. Send the words, and say where the files are."""


class MailTooManyParts(BadInput):
    """This mail has more parts or lines than a person's mail has. Send the words, and say where the files are."""


class MailHeadersBroken(BadInput):
    """The head of this mail is broken: it names two senders, or one of its lines is far too long."""


class MailByMachine(BadInput):
    """A machine wrote this mail (%(header)s). It becomes no case, or two machines would answer each other."""


class MailIsOurs(BadInput):
    """This mail comes from our own address."""


class TooManyMails(BadInput):
    """This address has opened %(most)s cases within a day. Write into one of them, or wait."""


class ShiftOverlaps(BadInput):
    """%(who)s is on call at this level from %(start)s to %(end)s already."""


class ShiftTooLong(BadInput):
    """A shift ends after it begins, and after 14 days at the latest."""


class ShiftNotFound(NotFound):
    """There is no such shift, or it is over."""


class NotWithinShift(BadInput):
    """What is taken over must lie within the shift."""


class PageNotFound(NotFound):
    """There is no such call to an operator."""


class WebhookAddress(BadInput):
    """Give an address that begins with https:// and that we can reach from here."""


class MailAddress(BadInput):
    """Give a mail address, such as name@example.com."""


class PagedNumber(BadInput):
    """Give a telephone number with its country, such as +86 138 0013 8000; none that costs extra to call."""


class NoTelephone(DomainError):
    """Keep a telephone number first: there is none to ring."""


class RingTestRuns(DomainError):
    """Your telephone is being rung already. Wait for what becomes of it."""


class TooManyRingTests(DomainError):
    """Your telephone was rung %(most)s times within the hour. Try again later."""

    status = 429


class OutageNotFound(NotFound):
    """There is no such outage."""


class WasSeen(DomainError):
    """The probes saw this time. Only what nobody saw can be settled afterwards."""


class IsSettled(DomainError):
    """This time is part of a month that was booked. It stays as it is."""


class WatcherNotFound(NotFound):
    """There is no such watcher, or its key is revoked."""


class WatcherNameTaken(BadInput):
    """A watcher of this name is there already, or was."""


class WrongLooks(BadInput):
    """These are no looks of a watcher: {"looks": [{"at": seconds, "found": {"web": ["up", ""]}}]}, 1,000 at most."""


class WrongLength(BadInput):
    """The header Content-Length is no number: say how many bytes there are, in digits."""


class ReportsTooOften(DomainError):
    """Reports of one watcher are taken once a second. Send this one again."""

    status = 429


class NoteNotFound(NotFound):
    """There is no such note."""


class NoteIsOver(DomainError):
    """This note is over. Write a new one."""


class SayIt(BadInput):
    """Write what is known in both languages."""
