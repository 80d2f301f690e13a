"""Who can speak: one module for each service, and the one built in."""

from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Provider, Utterance
from telephony.speech.providers.alibaba import Alibaba
from telephony.speech.providers.azure import Azure
from telephony.speech.providers.espeak import Espeak
from telephony.speech.providers.iflytek import Iflytek
from telephony.speech.providers.openai import OpenAI
from tenants.outward import Unreachable

PROVIDERS: dict[str, Provider] = {
    "espeak": Espeak(),
    "openai": OpenAI(),
    "azure": Azure(),
    "alibaba": Alibaba(),
    "iflytek": Iflytek(),
}


def speak(provider: str, what: Utterance) -> bytes:
    """A sound file. Raises SpeechFailed, whatever went wrong."""
    if not what.text.strip():
        raise SpeechFailed("no_text")
    if provider not in PROVIDERS:
        raise SpeechFailed("settings")
    try:
        return PROVIDERS[provider].speak(what)
    except Unreachable as problem:
        raise SpeechFailed(str(problem.args[0])) from None
    except UnicodeError:
        # Half a character in a setting or a key: it can be sent to nobody.
        raise SpeechFailed("settings") from None
    except RecursionError:
        # A service's JSON nested without end.
        raise SpeechFailed("bad_answer") from None
