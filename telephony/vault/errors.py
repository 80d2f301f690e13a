"""Why a kept sound cannot be heard."""

from tenants.errors import DomainError


class SoundMissing(DomainError):
    "The sound file is not there. It may still be on its way from the telephone system, or past its retention."

    status = 404


class SoundDeleted(SoundMissing):
    "This sound was deleted on %(day)s as the retention policy says. Its length and its hash are still on record."


class SoundTampered(DomainError):
    "This sound is not the one that was recorded: the file was changed after it was kept. It is not played, and the alarm was raised."  # noqa: E501


class SoundOutOfReach(DomainError):
    "The storage that keeps this sound does not answer at the moment. Please try again later."

    status = 503


class NoRoomToRecord(DomainError):
    "Nothing is recorded at the moment: there is no room left for recordings. The call goes on."
