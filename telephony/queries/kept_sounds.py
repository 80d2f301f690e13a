"""The one way to the bytes of a recording, a message or a spoken comment, wherever and however they are kept."""

from telephony.models import Recording, SurveyAnswer, Voicemail
from telephony.queries.nodes import recording_folder
from telephony.vault.plain import OpenSound, plain_sound
from tenants.context import current_schema

Heard = Recording | Voicemail | SurveyAnswer


def path_of_sound(row: Heard) -> str:
    return row.comment_path if isinstance(row, SurveyAnswer) else row.path


def recording_sound(row: Heard) -> OpenSound:
    """Open for reading: `.size`, and `.read(first, length)` in pieces.

    Raises SoundMissing (SoundDeleted), SoundTampered or SoundOutOfReach, here or while pieces are read.
    """
    path = path_of_sound(row)
    return plain_sound(recording_folder(path), current_schema(), path)
