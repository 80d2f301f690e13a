"""A caller whom an agent sent through a flow keys in a secret: the switch masks the talk's recording meanwhile, by
itself. Here it is written down from the caller's way, both edges audited; told late, with the same moments.
"""

from telephony.actions.recording_masks import note_step
from telephony.facts import FlowStepped, StepTaken
from telephony.flows.document import Node
from telephony.flows.kinds import setting
from telephony.models import FlowVersion, Offer
from telephony.queries.flow_facts import published_node


def follow_secret_steps(*, told: FlowStepped) -> None:
    """Within the transaction of the step itself. Idempotent, as each telling is the whole way so far."""
    if told.masked_leg_id is None or told.masked_since is None:
        return
    every = (*told.taken, *((told.current,) if told.current else ()))
    asked = [step for step in every if step.kind == "collect" and step.entered_at >= told.masked_since]
    talk = Offer.objects.select_related("agent").filter(pk=told.masked_leg_id).first() if asked else None
    if talk is None:
        return
    for step in asked:
        words = _secret(told.version_id, step)
        if words:
            note_step(talk=talk, step=words, began_at=step.entered_at, ended_at=step.left_at or told.ended_at)


def _secret(version_id: int, step: StepTaken) -> str:
    """What the step is called, with its flow; "" of one that asks for no secret."""
    found = published_node(version_id, step.node)
    if found is None or not _is_secret(found[1]):
        return ""
    version = FlowVersion.objects.select_related("flow").get(pk=version_id)
    return f"{version} · {found[1].title or step.node}"


def _is_secret(node: Node) -> bool:
    return node.kind == "collect" and bool(setting(node, "is_secret"))
