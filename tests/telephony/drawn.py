"""Flows for tests: a small floor's document, and prompts that are spoken already."""

from typing import Any

from telephony.models import Prompt, PromptWording, Sound

LANGUAGES = ("zh", "en")


def node(node_id: str, kind: str, exits: dict[str, str] | None = None, **settings: Any) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "settings": settings, "exits": exits or {}}


def document(
    *nodes: dict[str, Any], start: str = "", languages: tuple[str, ...] = LANGUAGES
) -> dict[str, Any]:
    first = nodes[0]["id"] if nodes else ""
    return {"format": 1, "languages": list(languages), "start": start or first, "nodes": list(nodes)}


def spoken_prompt(name: str, at: Any, languages: tuple[str, ...] = LANGUAGES) -> Prompt:
    """A prompt whose every wording has a sound."""
    prompt = Prompt.objects.create(name=name)
    for place, language in enumerate(languages):
        sha256 = f"{prompt.pk:032x}{place:032x}"
        sound = Sound.objects.create(sha256=sha256, seconds=2.0, bytes=32_044, made_at=at)
        PromptWording.objects.create(
            prompt=prompt,
            language=language,
            text=f"{name} {language}",
            state=PromptWording.State.READY,
            sound=sound,
            changed_at=at,
        )
    return prompt


def short_menu(prompt: int, queue: int) -> dict[str, Any]:
    """1 and everything else to the queue, 2 is told goodbye."""
    to_queue = {"1": "sales", "2": "bye", "timeout": "sales", "wrong": "sales"}
    return document(
        node("main", "menu", to_queue, prompt=prompt),
        node("sales", "queue", queue=queue),
        node("bye", "hangup", prompt=prompt),
    )
