"""The caller simulator: a draft walked with made-up keys at a made-up moment, told as the caller would hear it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from telephony.console.flow_vocabulary import tenant_rows
from telephony.console.flow_words import exit_label
from telephony.flows.document import Document, Node
from telephony.flows.kinds import exits_of
from telephony.flows.walk import Step, Walk
from telephony.models import Prompt
from telephony.queries.flow_walks import Trial, try_flow

CHOSEN_HERE = ("hours", "condition", "lookup", "split", "agent", "external", "callback", "speech")
"""What nobody can know beforehand: here whoever tries may choose what happens."""
MOST_TURNS = 200


def told_walk(
    document: Document, flow_id: int, said: Mapping[str, Any], at: datetime, number: str
) -> dict[str, Any]:
    """`said`: {keys: [turn…], chosen: {node: exit}}, as a browser sent it. Nothing is called, nothing looked up."""
    keys = [str(one)[:64] for one in _list(said.get("keys"))[:MOST_TURNS]]
    chosen = said.get("chosen")
    wished = {str(node): str(way) for node, way in chosen.items()} if isinstance(chosen, Mapping) else {}
    trial = Trial(
        at=at,
        caller_number=number,
        presses=keys,
        chosen=_known(wished, document),
        looked_up=_made_up(document),
    )
    return _Teller(document).told(try_flow(document, trial, flow_id=flow_id))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _known(wished: Mapping[str, str], document: Document) -> dict[str, str]:
    nodes = document.nodes
    return {node: way for node, way in wished.items() if node in nodes and way in exits_of(nodes[node])}


def _made_up(document: Document) -> dict[str, str]:
    """Nobody is asked in a trial: what a look-up keeps is said by its name."""
    return {
        str(one["name"]): f"‹{one['name']}›"
        for node in document.nodes.values()
        if node.kind == "lookup"
        for one in _list(node.settings.get("keep"))
        if isinstance(one, Mapping) and "name" in one
    }


class _Teller:
    """Steps in words. The language changes on the way, where the caller chooses another."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.language = document.languages[0]
        self.rows = {kind: dict(rows) for kind, rows in tenant_rows().items()}
        self.prompts = self._prompts()

    def _prompts(self) -> dict[int, dict[str, str]]:
        named = {value for node in self.document.nodes.values() for value in _prompts_of(node)}
        found = Prompt.objects.filter(pk__in=named).prefetch_related("wordings")
        return {
            prompt.pk: {"": prompt.name} | {row.language: row.text for row in prompt.wordings.all()}
            for prompt in found
        }

    def told(self, walked: Walk) -> dict[str, Any]:
        steps = [self._step(step) for step in walked.steps]
        return {"steps": steps, "end": self._end(walked)}

    def _step(self, step: Step) -> dict[str, Any]:
        node = self.document.nodes[step.node]
        told = {
            "node": step.node,
            "kind": step.kind,
            "exit": step.exit,
            "lines": self._lines(step, node),
            "choices": self._choices(node),
        }
        if node.kind == "language" and step.pressed:
            self.language = node.settings["keys"].get(step.pressed[-1], self.language)
        return told

    def _lines(self, step: Step, node: Node) -> list[dict[str, str]]:
        """What is heard and what is pressed in their order: after each saying of the prompt the caller had a turn."""
        lines, pressed = [], iter(step.pressed)
        for heard in step.heard:
            lines.append({"who": "heard", "text": self._heard(heard), "language": self.language})
            if heard.get("prompt") in (node.settings.get("prompt"), node.settings.get("again_prompt", "")):
                lines.extend(_pressed(key) for key in [next(pressed, None)] if key is not None)
        if node.kind in CHOSEN_HERE and step.exit:
            lines.append({"who": "went", "text": f"→ {self._way(node, step.exit)}"})
        return lines

    def _heard(self, heard: Mapping[str, Any]) -> str:
        if "say" in heard:
            return f"“{heard['say']}”"
        wordings = self.prompts.get(heard["prompt"])
        if wordings is None:
            return _("(a prompt that is no longer there)")
        text = wordings.get(self.language)
        if text is None:
            return _("(silence: “%(prompt)s” is missing in this language)") % {"prompt": wordings[""]}
        return text or _("(recording “%(prompt)s”)") % {"prompt": wordings[""]}

    def _choices(self, node: Node) -> list[tuple[str, str]]:
        if node.kind not in CHOSEN_HERE:
            return []
        ways = [name for name in exits_of(node) if name != "holiday" or node.exits.get("holiday")]
        return [(name, self._way(node, name)) for name in ways]

    def _way(self, node: Node, name: str) -> str:
        branches = node.settings.get({"condition": "branches", "speech": "phrases"}.get(node.kind, ""))
        named = {one.get("exit"): one.get("name") for one in branches or () if isinstance(one, Mapping)}
        return str(named.get(name) or exit_label(node.kind, name))

    def _end(self, walked: Walk) -> dict[str, Any]:
        end = walked.end
        told = {
            "kind": end["kind"],
            "keys": end.get("keys", []),
            "digits": end.get("digits", 0),
            "is_good": end["kind"] not in ("number_queue", "listening"),
        }
        return told | {"text": self._end_words(walked)}

    def _end_words(self, walked: Walk) -> str:
        end = walked.end
        names = {
            "queue": self.rows["queue"].get(end.get("queue"), NOBODY),
            "agent": self.rows["agent"].get(end.get("agent"), NOBODY),
            "number": end.get("number", ""),
        }
        if end["kind"] == "listening":
            return self._listening(end)
        if end["kind"] == "number_queue":
            return _why(end["because"])
        words = {
            "queue": _("The caller waits in the queue %(queue)s."),
            "voicemail": _("The caller leaves a message for %(queue)s."),
            "callback": _("The caller hangs up and is called back; the place in %(queue)s is kept."),
            "agent": _("It rings at %(agent)s."),
            "external": _("The caller is connected to %(number)s."),
            "back": _(
                "The caller is back with the agent who sent them; who came by a number waits in its queue."
            ),
            "hangup": _("The call ends. Nobody was needed.")
            if walked.is_self_served
            else _("The call ends."),
        }
        return words.get(end["kind"], "") % names

    def _listening(self, end: Mapping[str, Any]) -> str:
        if end["digits"] > 1:
            return _("The caller is to key in up to %(digits)s digits.") % {"digits": end["digits"]}
        keys = sorted(end["keys"], key=AS_ON_A_TELEPHONE.index)
        return _("The caller is to press a key: %(keys)s.") % {"keys": _(", ").join(keys)}


NOBODY = "?"
AS_ON_A_TELEPHONE = "1234567890*#"


def _prompts_of(node: Node) -> list[int]:
    values = (node.settings.get(name) for name in ("prompt", "wrong_prompt", "wait_prompt"))
    return [value for value in values if type(value) is int and 0 < value < 2**31]


def _pressed(key: str) -> dict[str, str]:
    return {"who": "pressed", "text": key} if key else {"who": "pressed", "text": _("(says nothing)")}


def _why(because: str) -> str:
    """Every end that was not drawn is the queue of the number dialled; the words say why."""
    return {
        "undrawn": _("This way is open: the caller comes to the number's own queue."),
        "unknown": _("This way leads to a step that is no more: the caller comes to the number's own queue."),
        "unfinished": _("This step is not finished: the caller comes to the number's own queue."),
        "circle": _("The caller goes round and round: at last the number's own queue."),
        "no_start": _("Nothing is drawn: the caller comes to the number's own queue."),
    }.get(because, because)
