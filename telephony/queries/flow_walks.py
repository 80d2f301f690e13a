"""The caller simulator: a draft or a version walked with keys, at a moment, as a caller of a number would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telephony.flows.document import Document, Node
from telephony.flows.walk import Answer, Caller, Walk, nobody_to_ask, walk
from telephony.queries.flow_facts import Asked, answer_node


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Who calls and when. `chosen`: node → exit, for what nobody can know beforehand (a look-up, an agent who is
    away); `looked_up`: what look-ups would have answered, by name.
    """

    at: datetime
    number: str = ""
    caller_number: str = ""
    presses: Sequence[str] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    looked_up: Mapping[str, str] = field(default_factory=dict)


def try_flow(document: Document, trial: Trial, *, flow_id: int) -> Walk:
    """Hours, notices, conditions and shares are answered as for a real caller now; nothing outside is asked.

    A look-up finds what `looked_up` says, and nothing when it says nothing of what it is to keep.
    """

    def ask(node: Node, caller: Caller) -> Answer:
        if node.kind == "lookup":
            return _looked_up(node, trial)
        asked = Asked(
            number=trial.number,
            caller_number=trial.caller_number,
            language=caller.language,
            collected=caller.collected,
        )
        return answer_node(node, asked, trial.at, flow_id=flow_id) or nobody_to_ask(node, caller)

    return walk(document, trial.presses, ask, chosen=trial.chosen)


def _looked_up(node: Node, trial: Trial) -> Answer:
    keep = node.settings.get("keep") or ()
    found = {one["name"]: trial.looked_up[one["name"]] for one in keep if one["name"] in trial.looked_up}
    return Answer("found" if found or not keep else "not_found", collected=found)
