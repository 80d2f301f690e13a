"""What a plan refuses, as facts."""

from tenants.errors import BadInput, DomainError, NotAllowed


class ModuleOff(NotAllowed):
    """%(module)s is not part of your plan. Ask the owner of your call centre, or whoever manages your contract."""


class TooManyRequestsToday(DomainError):
    """Your plan allows %(most)s requests a day by keys and all are used. Ask for more, or go on after midnight."""

    status = 429


class AllLinesInUse(DomainError):
    """Your plan allows %(most)s calls at the same time and all are in use. Wait until one ends, or ask for more."""


class TrialIsOver(DomainError):
    """This trial has ended already."""


class NoContractYet(DomainError):
    """There is no contract for the days after the trial. Write one first."""


class LogoNotUsable(BadInput):
    """A logo is a PNG, JPEG or WebP picture of 200 kB at most, up to 1024 pixels wide and high."""


class ColourTooFaint(BadInput):
    """White words on this colour cannot be read (%(ratio)s : 1, it must be 4.5 : 1). Choose a darker one."""
