"""Why a text could not be spoken, as a code that rows keep and words that people read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "no_engine": _("eSpeak NG is not installed on this machine. Upload a file, or choose a speech service."),
    "no_text": _("There is no text to speak."),
    "secret": _("The key of the voice cannot be opened any more: enter it again."),
    "settings": _("The voice is not set up completely: see its settings."),
    "bad_address": _("The address of the speech service is not a usable web address."),
    "not_encrypted": _("The address of the speech service must begin with https."),
    "private_address": _(
        "The address of the speech service lies inside a private network, which is not allowed."
    ),
    "unreachable": _("The speech service could not be reached."),
    "timeout": _("The speech service did not answer in time."),
    "refused": _("The speech service refused the key."),
    "busy": _("The speech service says there were too many requests, or the quota is used up."),
    "bad_answer": _("The speech service answered with something that is not a sound."),
    "no_listener": _("Nothing here understands this language. Set up a speech service that does."),
    "unknown_word": _(
        "The built-in recogniser does not know a word of these sentences: a speech service would."
    ),
    "bad_sound": _("What was spoken could not be made into a sound for telephones."),
}


class SpeechFailed(Exception):
    """`reason` is a key of WORDS."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def in_words(reason: str) -> str:
    return str(WORDS.get(reason, WORDS["bad_answer"])) if reason else ""
