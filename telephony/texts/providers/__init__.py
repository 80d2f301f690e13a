"""Who can send text messages: one module for each kind of service."""

from telephony.texts.failures import TextFailed
from telephony.texts.port import LONGEST_RECEIPT, Provider, TextMessage
from telephony.texts.providers.alibaba import Alibaba
from telephony.texts.providers.plain_json import PlainJSON
from tenants.outward import Interrupted, Unreachable

PROVIDERS: dict[str, Provider] = {"alibaba": Alibaba(), "json": PlainJSON()}


def send_text(provider: str, message: TextMessage) -> str:
    """The receipt. Raises TextFailed, whatever went wrong."""
    if provider not in PROVIDERS:
        raise TextFailed("settings")
    try:
        return PROVIDERS[provider].send(message)[:LONGEST_RECEIPT]
    except Interrupted as problem:
        raise TextFailed(str(problem.args[0]), may_have_left=True) from None
    except Unreachable as problem:
        raise TextFailed(str(problem.args[0])) from None
    except UnicodeError:
        # Half a character in a setting or a key: it can be sent to nobody.
        raise TextFailed("settings") from None
    except RecursionError:
        # A service's JSON nested without end.
        raise TextFailed("bad_answer", may_have_left=True) from None
