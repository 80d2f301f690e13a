"""Who can understand what callers say: the services that speak, asked the other way round, and one built in."""

from telephony.speech.failures import SpeechFailed
from telephony.speech.listening import alibaba, azure, iflytek, openai, sphinx
from telephony.speech.listening.port import Heard, Listener, Said
from tenants.outward import Unreachable

LISTENERS: dict[str, Listener] = {
    "built_in": sphinx.listen,
    "openai": openai.listen,
    "azure": azure.listen,
    "alibaba": alibaba.listen,
    "iflytek": iflytek.listen,
}


def listen(provider: str, said: Said) -> Heard:
    """Raises SpeechFailed, whatever went wrong."""
    if provider not in LISTENERS:
        raise SpeechFailed("settings")
    try:
        heard = LISTENERS[provider](said)
    except Unreachable as problem:
        raise SpeechFailed(str(problem.args[0])) from None
    except UnicodeError:
        raise SpeechFailed("settings") from None
    except RecursionError:
        raise SpeechFailed("bad_answer") from None
    return heard.tidied()


__all__ = ["LISTENERS", "Heard", "Said", "listen"]
