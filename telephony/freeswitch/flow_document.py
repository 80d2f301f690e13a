"""A published flow as one dialplan file on the switch's disk. Its callers need nobody else to walk it. Pure, but for
writing.

`begin` leads to the first node, `n-<id>` is a node, `home` the number's own queue (conf/flow.xml knows it, also when
this file is gone). A node that cannot be written leads home too: one bad node must not cost the others.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import structlog

from telephony.flows.document import Node
from telephony.flows.terms import FlowTerms
from telephony.freeswitch.documents import UnsafeText
from telephony.freeswitch.flow_lines import (
    MOST_STEPS,
    Block,
    entered,
    extension,
    go,
    language_code,
    left,
    node_id,
    schema,
    setting,
    to_line,
)
from telephony.freeswitch.flow_nodes import NODES

log = structlog.get_logger()

FOLDER = "flows"
KEPT_SECONDS = 24 * 3600
_FILE = re.compile(r"[a-z0-9_]{1,63}-[0-9]{1,18}\.xml")
_OUTWARD = {"lookup": "failed", "callback": "refused", "external": ""}
"""Kind of node with effects beyond the switch → the way out without them; "": there is none."""
_HOME = Block([("transfer", "home 'XML:${cc_flow_plan}' flow")])


def file_name(tenant: str, version_id: int) -> str:
    return f"{schema(tenant)}-{int(version_id)}.xml"


def flow_document(terms: FlowTerms) -> str:
    lines = [
        *extension("circle", Block((), "${cc_step}", MOST_STEPS, "on-false"), _HOME, pattern="^n-.*$"),
        *extension(
            "begin", Block([setting("cc_lang", language_code(terms.document.languages[0])), _start(terms)])
        ),
    ]
    for node in terms.document.nodes.values():
        try:
            lines += [*_by_the_canary(node), *NODES[node.kind](node, terms)]
        except (AttributeError, LookupError, TypeError, ValueError) as problem:
            log.error(
                "A node of a flow could not be written for the switch.",
                tenant=terms.tenant,
                version=terms.version_id,
                node=node.id,
                problem=type(problem).__name__,
            )
    lines += extension("home", _HOME, pattern="^.*$")
    unasked = extension("unasked", Block([go("${cc_after}")]), pattern="^survey-")
    return "\n".join(
        [
            '<document type="freeswitch/xml">',
            '<section name="dialplan">',
            '<context name="flow">',
            *lines,
            "</context>",
            '<context name="survey">',
            *unasked,
            "</context>",
            "</section>",
            "</document>",
            "",
        ]
    )


def _by_the_canary(node: Node) -> list[str]:
    """The canary's call asks nothing of a tenant's own service, is promised no callback, and dials nobody outside."""
    if node.kind not in _OUTWARD:
        return []
    elsewhere = _OUTWARD[node.kind]
    gone = left(node, elsewhere) if elsewhere else [to_line("outside")]
    name = f"n-{node_id(node.id)}"
    test = Block((), "${cc_test}", "^[0-9a-f]{32}$", "on-false")
    return extension(f"canary-{name}", test, Block([*entered(node), *gone]), pattern=f"^{name}$")


def _start(terms: FlowTerms) -> tuple[str, str]:
    start = terms.document.start
    return go(f"n-{node_id(start)}") if start in terms.document.nodes else go("home")


def answer_document(actions: Iterable[tuple[str, str]]) -> str:
    """What our web says to an ask: to be done at once."""
    lines = extension("answer", Block(list(actions)), pattern="^.*$")
    return "\n".join(
        [
            '<document type="freeswitch/xml">',
            '<section name="dialplan">',
            '<context name="flow">',
            *lines,
            "</context>",
            "</section>",
            "</document>",
            "",
        ]
    )


def write_flows(conf_directory: Path, documents: Mapping[str, str]) -> bool:
    """File name → document; each written whole or not at all. False when nothing changed.

    Files of other versions go when they are a day old: a caller nobody has told us of may walk in one.
    """
    if not all(_FILE.fullmatch(name) for name in documents):
        raise UnsafeText("A flow's file is named by its tenant and version.")
    folder = conf_directory / FOLDER
    folder.mkdir(exist_ok=True)
    old = time.time() - KEPT_SECONDS
    stale = [path for path in folder.glob("*.xml") if path.name not in documents and _changed(path) < old]
    for path in stale:
        path.unlink(missing_ok=True)
    written = [_write(folder / name, document) for name, document in documents.items()]
    return bool(stale) or any(written)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _write(target: Path, document: str) -> bool:
    if target.is_file() and target.read_text(encoding="utf-8") == document:
        return False
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".flow-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(document)
    os.chmod(name, 0o640)
    os.replace(name, target)
    return True


__all__ = ["answer_document", "file_name", "flow_document", "write_flows"]
