"""Every kind of node but those that listen, as dialplan: what is said, asked, set, and where the way ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from telephony.flows.document import Node
from telephony.flows.kinds import fallback_of
from telephony.flows.kinds import setting as set_to
from telephony.flows.terms import FlowTerms, QueueTerms
from telephony.freeswitch import flow_listening, flow_speech
from telephony.freeswitch.commands import ways
from telephony.freeswitch.flow_lines import (
    CONTEXT,
    PLAN,
    Action,
    Block,
    ask,
    digits_of,
    entered,
    extension,
    go,
    hear,
    left,
    node_id,
    noted,
    setting,
    to_line,
)

BACKUP = "backup"
GONE = QueueTerms(max_wait_seconds=300)


def say(node: Node, terms: FlowTerms) -> list[str]:
    return _entrance(node, *hear(node.settings.get("prompt"), terms), Block(left(node, "next")))


def notice(node: Node, terms: FlowTerms) -> list[str]:
    """The switch knows the dates by itself. Twice `cond`: it has no "and"."""
    moments = terms.notices.get(node.id, (0, 0))
    begun, over = (f"${{cond(${{strepoch()}} < {int(moment)} ? no : yes)}}" for moment in moments)
    elsewhere = Block((), f"{begun}|{over}", r"^yes\|no$", "on-false", left(node, "next"))
    return _entrance(node, elsewhere, *hear(node.settings.get("prompt"), terms), Block(left(node, "next")))


def asked(node: Node, terms: FlowTerms) -> list[str]:
    """Our web says the exit; the extension in this file is for when it does not."""
    return [
        *_entrance(node, Block([ask(node)])),
        *extension(f"ask-{node_id(node.id)}", Block(left(node, fallback_of(node)))),
    ]


def lookup(node: Node, terms: FlowTerms) -> list[str]:
    """`w-`: still being looked up; something is heard, then asked again."""
    waiting = hear(set_to(node, "wait_prompt"), terms) if set_to(node, "wait_prompt") else []
    pause: list[Action] = [("sleep", "500"), ask(node)]
    return [
        *_entrance(node, Block([setting("cc_looked_us", "${cc_in_us}"), ask(node)])),
        *extension(f"ask-{node_id(node.id)}", Block(left(node, "failed"))),
        *extension(f"w-{node_id(node.id)}", Block([setting("max_forwards", 70)]), *waiting, Block(pause)),
    ]


def answer(node: Node, terms: FlowTerms) -> list[str]:
    """The prompt from here, the values from our web, which knows how to say them."""
    heard = hear(node.settings.get("prompt"), terms)
    if not set_to(node, "says"):
        return _entrance(node, *heard, Block(left(node, "next")))
    return [
        *_entrance(node, *heard, Block([ask(node)])),
        *extension(f"ask-{node_id(node.id)}", Block(left(node, "next"))),
    ]


def settings(node: Node, terms: FlowTerms) -> list[str]:
    actions: list[Action] = []
    if priority := int(set_to(node, "priority")):
        actions.append(setting("cc_more_prio", f"${{expr(${{cc_more_prio}}+{priority})}}"))
    for wanted in set_to(node, "skills"):
        actions.append(setting("cc_skills", f"${{cc_skills}}_{int(wanted['skill'])}.{int(wanted['level'])}"))
    return _entrance(node, Block([*actions, *left(node, "next")]))


def queue(node: Node, terms: FlowTerms) -> list[str]:
    """Our web knows whether the queue is open and has room just now; the file knows what it usually is."""
    return [
        *_entrance(node, Block([ask(node)])),
        *extension(
            f"ask-{node_id(node.id)}",
            Block([noted(node, "queue"), *in_queue(int(node.settings["queue"]), _terms_of(node, terms))]),
        ),
    ]


def in_queue(queue_id: int, found: QueueTerms) -> list[Action]:
    return [
        setting("cc_queue", queue_id),
        setting("cc_max_wait", max(0, found.max_wait_seconds)),
        setting("cc_notice", "true" if found.is_recorded else "false"),
        setting("cc_prio", f"${{expr(${{cc_more_prio}}+{found.priority})}}"),
        to_line("enter" if found.may_wait else "closed"),
    ]


def _terms_of(node: Node, terms: FlowTerms) -> QueueTerms:
    return terms.queues.get(int(node.settings["queue"]), GONE)


def agent(node: Node, terms: FlowTerms) -> list[str]:
    """Waits in the queue whose terms hold, for this agent alone; after the seconds cc.xml sends back to `u-`."""
    found = _terms_of(node, terms)
    seconds = int(set_to(node, "seconds"))
    waits = QueueTerms(max_wait_seconds=seconds, priority=found.priority, is_recorded=found.is_recorded)
    name = node_id(node.id)
    return [
        *_entrance(
            node,
            Block(
                [
                    setting("cc_wanted", int(node.settings["agent"])),
                    setting("cc_unreached", f"u-{name}"),
                    *in_queue(int(node.settings["queue"]), waits),
                ]
            ),
        ),
        *extension(
            f"u-{name}",
            Block([setting("cc_wanted", ""), setting("cc_unreached", ""), *left(node, "unavailable")]),
        ),
    ]


def external(node: Node, terms: FlowTerms) -> list[str]:
    """Out by a carrier (`o-`, once for each trunk), or nobody was reached (`f-`). The leg says whose it is and of which
    call; our own number is shown, as carriers demand.
    """
    lines = terms.lines.get(node.id, (BACKUP,))
    if not lines:
        return _entrance(node, Block(left(node, "failed")))
    name, on = node_id(node.id), ways(lines)
    number, seconds = digits_of(node.settings["number"]), int(set_to(node, "seconds"))
    shown = f"+{digits_of(terms.shown_number)}" if terms.shown_number else "${cc_number}"
    told = (
        f"origination_caller_id_number={shown},origination_caller_id_name={shown},cc_tenant=${{cc_tenant}},"
        f"cc_call=${{uuid}},cc_line=${{cc_way}},cc_more=${{cc_ways}},accountcode=${{cc_tenant}},originate_timeout={seconds},media_timeout=60000"
    )
    tried = [
        setting("cc_way", on["cc_way"]),
        setting("cc_ways", on.get("cc_ways", "")),
        setting("cc_line_leg", ""),
        setting("cc_try_again", f"o-{name} {PLAN} {CONTEXT}"),
        setting("cc_given_up", f"f-{name} {PLAN} {CONTEXT}"),
        go(f"o-{name}"),
    ]
    out = [
        ("bridge", f"{{{told}}}sofia/gateway/${{cc_way}}/{number}"),
        ("transfer", "next 'XML:${cc_line_plan}' line"),
    ]
    return [
        *_entrance(
            node,
            Block(
                [
                    setting("cc_place", "backup"),
                    setting("hangup_after_bridge", "true"),
                    setting("continue_on_fail", "true"),
                    *tried,
                ]
            ),
        ),
        *extension(f"o-{name}", Block(out)),
        *extension(f"f-{name}", Block([setting("cc_place", "flow"), *left(node, "failed")])),
    ]


def voicemail(node: Node, terms: FlowTerms) -> list[str]:
    kept = [noted(node, "voicemail"), setting("cc_queue", int(node.settings["queue"]))]
    prompt = set_to(node, "prompt")
    heard = hear(prompt, terms) if prompt else []
    return _entrance(node, *heard, Block([*kept, setting("cc_reason", "flow"), to_line("voicemail")]))


def callback(node: Node, terms: FlowTerms) -> list[str]:
    """A promise is made by our web or not at all."""
    prompt = set_to(node, "prompt")
    heard = hear(prompt, terms) if prompt else []
    return [
        *_entrance(node, *heard, Block([setting("cc_queue_asked", int(node.settings["queue"])), ask(node)])),
        *extension(f"ask-{node_id(node.id)}", Block(left(node, "refused"))),
    ]


def survey(node: Node, terms: FlowTerms) -> list[str]:
    """The tenant's surveys stand in a file of their own; a survey that is not there is passed by."""
    name = node_id(node.id)
    survey_id = int(node.settings["survey"])
    plans = "'XML:${cc_surveys}/${cc_tenant}.xml,${cc_plan}'"
    return [
        *_entrance(
            node,
            Block(
                [
                    setting("cc_score", ""),
                    setting("cc_after", f"d-{name}"),
                    setting("cc_after_plan", "${cc_flow_file},XML:${cc_flow_plan}"),
                    ("transfer", f"survey-{survey_id} {plans} survey"),
                ]
            ),
        ),
        *extension(f"d-{name}", Block([setting("cc_place", "flow"), *left(node, "next", "${cc_score}")])),
    ]


def back(node: Node, terms: FlowTerms) -> list[str]:
    """Sent here by an agent, the caller goes back there; whoever came by a number goes where that leads (flow.xml)."""
    return _entrance(node, Block([noted(node, "back"), go("home")]))


def hangup(node: Node, terms: FlowTerms) -> list[str]:
    prompt = set_to(node, "prompt")
    heard = hear(prompt, terms) if prompt else []
    return _entrance(node, *heard, Block([noted(node, "end"), ("hangup", "NORMAL_CLEARING")]))


def _entrance(node: Node, *blocks: Block) -> list[str]:
    return extension(f"n-{node_id(node.id)}", Block(entered(node)), *blocks)


NODES: Mapping[str, Callable[[Node, FlowTerms], list[str]]] = {
    "say": say,
    "menu": flow_listening.menu,
    "collect": flow_listening.collect,
    "language": flow_listening.language,
    "speech": flow_speech.speech,
    "hours": asked,
    "condition": asked,
    "split": asked,
    "notice": notice,
    "lookup": lookup,
    "answer": answer,
    "set": settings,
    "queue": queue,
    "agent": agent,
    "external": external,
    "voicemail": voicemail,
    "callback": callback,
    "survey": survey,
    "back": back,
    "hangup": hangup,
}

__all__ = ["NODES", "PLAN", "go", "in_queue"]
