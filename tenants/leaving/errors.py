"""Why somebody cannot leave, come in or be deleted just now, in words they can act on."""

from tenants.errors import BadInput, DomainError, NotFound


class ExportNotFound(NotFound):
    """There is no such export."""


class DeletionNotFound(NotFound):
    """There is no such deletion."""


class ErasureNotFound(NotFound):
    """There is no such request."""


class ErasureAsked(DomainError):
    """This was asked for already. Somebody else of your house has to confirm it."""


class SecondPersonNeeded(DomainError):
    """Somebody else of your house can confirm: ask them."""


class OtherOfYouNeeded(DomainError):
    """Somebody else than the one who asked has to confirm."""


class NotTypedAgain(BadInput):
    """Type the number or mail address once more, exactly as above."""


class HouseAskNotFound(NotFound):
    """There is no such request."""


class HouseAsked(DomainError):
    """The deletion of your house was asked for already. What became of it stands on this page."""


class NotThisHouse(BadInput):
    """Type the name of the house exactly as it is shown."""


class NotThisHouseAgain(BadInput):
    """Type the name of the house once more, exactly as it is shown."""


class NotYourPassword(BadInput):
    """This is not your password. Nothing was done."""


class NobodyToSendTo(DomainError):
    """No owner has a mail address, and the certificate goes by mail: your pages will be gone. Give an owner an address first."""  # noqa: E501


class ExportRuns(DomainError):
    """An export is being written already. Wait for it, or cancel it."""


class NoRoomForExport(DomainError):
    """The archive may need %(needed)s GB and only %(free)s GB are free on the disk. Delete older archives, or ask the operator for room."""  # noqa: E501


class ArchiveGone(DomainError):
    """This archive is no longer kept. Ask for a new one."""

    status = 410


class ArchiveBroken(DomainError):
    """The archive on our disk is not the one that was written. It is not handed out; ask for a new one."""


class PassphraseTooShort(BadInput):
    """A passphrase of at least 12 letters, please: whoever has it can read the keys of your services."""


class NotAnArchive(BadInput):
    """This is not an archive of a tenant: %(why)s."""


class ArchiveRefused(BadInput):
    """The archive was refused: %(why)s."""


class OtherVersion(BadInput):
    """The archive was written by another version of the tables: %(why)s. Bring both installations to the same release, then export again."""  # noqa: E501


class PassphraseWrong(BadInput):
    """The passphrase does not open the keys in this archive."""


class NameTaken(BadInput):
    """There is a tenant or a schema with this name already."""


class NotClosed(DomainError):
    """Only a closed tenant is deleted. Suspend it, then close it."""


class StillRests(DomainError):
    """This tenant rests until %(until)s; nothing is deleted before."""


class OtherPersonNeeded(DomainError):
    """Another operator than the one who asked has to confirm."""


class DeletionAsked(DomainError):
    """The deletion of this tenant was asked for already."""


class IsHeld(DomainError):
    """Nothing of this tenant may be deleted yet: %(holds)s."""


class NotThisName(BadInput):
    """Type the name of the schema exactly as it is shown."""


class NothingTyped(BadInput):
    """Type a telephone number, a mail address or a name of at least two letters."""
