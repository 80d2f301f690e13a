"""What callers are asked after the talk, as a file for each tenant that the switch reads alone. Pure, but for writing.

Only numbers, scales and names of sound files are put in; the machinery is conf/survey.xml.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from telephony.freeswitch.documents import UnsafeText

MACHINERY = "'XML:${cc_survey_plan}'"
SCALES = ("csat", "nps")
_SCHEMA = re.compile(r"[a-z0-9_]{1,63}")
_SOUND = re.compile(r"[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, kw_only=True)
class AskedSurvey:
    """`questions`: language → SHA-256 of the sound; a language without one hears our own. `percent` of the calls."""

    survey_id: int
    scale: str
    percent: int = 100
    asks_comment: bool = False
    queue_ids: tuple[int, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)


def survey_document(schema: str, surveys: Iterable[AskedSurvey]) -> str:
    """Extensions `queue-<id>` for the end of a talk, and `survey-<id>` for a flow that asks in its middle."""
    if not _SCHEMA.fullmatch(schema):
        raise UnsafeText("A schema's name is small letters, digits and underscores.")
    lines: list[str] = []
    for survey in surveys:
        lines += _extension(f"survey-{int(survey.survey_id)}", schema, survey)
        for queue_id in survey.queue_ids:
            lines += _extension(f"queue-{int(queue_id)}", schema, survey, _sample(survey.percent))
    head = ['<document type="freeswitch/xml">', '<section name="dialplan">', '<context name="survey">']
    return "\n".join([*head, *lines, "</context>", "</section>", "</document>", ""])


def write_surveys(conf_directory: Path, documents: Mapping[str, str]) -> bool:
    """One file for each schema, those of others taken away; each whole or not at all. False when nothing changed."""
    folder = conf_directory / "surveys"
    folder.mkdir(exist_ok=True)
    stale = [path for path in folder.glob("*.xml") if path.stem not in documents]
    for path in stale:
        path.unlink(missing_ok=True)
    written = [_replace(folder / f"{schema}.xml", document) for schema, document in documents.items()]
    return bool(stale) or any(written)


def _replace(target: Path, document: str) -> bool:
    if target.is_file() and target.read_text(encoding="utf-8") == document:
        return False
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".survey-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(document)
    os.chmod(name, 0o640)
    os.replace(name, target)
    return True


def _extension(name: str, schema: str, survey: AskedSurvey, sample: str = "") -> list[str]:
    """The language is looked at when it runs: a caller may have picked one in a flow."""
    if survey.scale not in SCALES:
        raise UnsafeText("A survey's scale is one of two words.")
    settings = {
        "cc_survey": int(survey.survey_id),
        "cc_scale": survey.scale,
        "cc_comment_wanted": "true" if survey.asks_comment else "false",
        "cc_question": f"${{cc_sounds}}/${{cc_lang}}/survey-{survey.scale}.wav",
    }
    return [
        f'<extension name="{name}">',
        f'<condition field="destination_number" expression="^{name}$" break="on-false"/>',
        *(_only_of(sample) if sample else ()),
        "<condition>",
        *(_action("set", f"{key}={value}") for key, value in settings.items()),
        "</condition>",
        *(line for asked in sorted(survey.questions.items()) for line in _question(schema, *asked)),
        "<condition>",
        _action("transfer", f"ask {MACHINERY} survey"),
        "</condition>",
        "</extension>",
    ]


def _only_of(sample: str) -> list[str]:
    return [
        f'<condition field="${{strmicroepoch()}}" expression={quoteattr(sample)} break="on-false">',
        '<anti-action application="hangup" data="NORMAL_CLEARING"/>',
        "</condition>",
    ]


def _question(schema: str, language: str, sha256: str) -> list[str]:
    if not _LANGUAGE.fullmatch(language) or not _SOUND.fullmatch(sha256):
        raise UnsafeText("A question is a language and the name of a sound.")
    return [
        f'<condition field="${{cc_lang}}" expression="^{language}$" break="never">',
        _action("set", f"cc_question=${{cc_prompts}}/{schema}/{sha256}.wav"),
        "</condition>",
    ]


def _action(application: str, data: str) -> str:
    return f"<action application={quoteattr(application)} data={quoteattr(data)}/>"


def _sample(percent: int) -> str:
    """A pattern that fits so many in a hundred moments, by the last two digits of the microsecond; "" for all."""
    if percent >= 100:
        return ""
    tens, ones = divmod(max(0, int(percent)), 10)
    parts = ([rf"[0-{tens - 1}]\d"] if tens else []) + ([f"{tens}[0-{ones - 1}]"] if ones else [])
    return rf"(?:{'|'.join(parts)})$" if parts else "^never$"
