"""Reads the configuration directory FreeSWITCH would read: preprocessing, includes, then the few settings we use.

`X-PRE-PROCESS` knows `set` and `include`; its commands that run programs are skipped.
"""

from __future__ import annotations

import re
import socket
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_PREPROCESS = re.compile(r"<X-PRE-PROCESS\s+cmd\s*=\s*\"([^\"]*)\"\s+data\s*=\s*\"([^\"]*)\"\s*/>", re.I)
_GLOBAL = re.compile(r"\$\$\{([^}]*)\}")
_DROPPED = re.compile(r"<\?.*?\?>|</?include>")
_MAX_DEPTH = 20


class ConfigurationError(Exception):
    """The configuration directory cannot be used; the message says why in one line."""


@dataclass(frozen=True)
class Binding:
    """One mod_xml_curl binding: ask `url` for these sections, at most `timeout` seconds."""

    url: str
    sections: tuple[str, ...]
    credentials: str
    timeout: float


@dataclass(frozen=True)
class Conf:
    """What the switch was told. `document` is the whole preprocessed XML; paths are absolute where given so.

    Each call asks for a dozen settings: one that was found is not looked for in the document again.
    """

    directory: Path
    document: ET.Element
    globals: dict[str, str] = field(default_factory=dict)
    _found: dict[tuple[str, str, str], str | None] = field(default_factory=dict, repr=False, compare=False)
    _bindings: list[Binding] = field(default_factory=list, repr=False, compare=False)

    def module(self, name: str) -> ET.Element | None:
        return self.document.find(f".//section[@name='configuration']/configuration[@name='{name}.conf']")

    def setting(self, module: str, name: str, default: str = "") -> str:
        place = ("module", module, name)
        if place not in self._found:
            found = self.module(module)
            param = None if found is None else found.find(f"settings/param[@name='{name}']")
            self._found[place] = None if param is None else param.get("value")
        value = self._found[place]
        return default if value is None else value

    def profile_setting(self, profile: str, name: str, default: str = "") -> str:
        place = ("profile", profile, name)
        if place not in self._found:
            path = f".//profile[@name='{profile}']/settings/param[@name='{name}']"
            param = self.document.find(path)
            self._found[place] = None if param is None else param.get("value")
        value = self._found[place]
        return default if value is None else value

    def gateway(self, name: str) -> str:
        """host:port of a gateway; empty when there is none of this name."""
        param = (
            self.document.find(f".//gateway[@name='{name}']/param[@name='proxy']") if name.isalnum() else None
        )
        return "" if param is None else param.get("value", "").partition(";")[0]

    def gateways(self) -> list[str]:
        found = self.document.findall(".//gateway[@name]")
        return [element.get("name", "") for element in found]

    def is_registering(self, name: str) -> bool:
        param = self.document.find(f".//gateway[@name='{name}']/param[@name='register']")
        return param is not None and param.get("value") == "true"

    def is_asked(self, name: str) -> bool:
        """The gateway is asked again and again whether it is there."""
        return self.document.find(f".//gateway[@name='{name}']/param[@name='ping']") is not None

    def contexts(self) -> list[ET.Element]:
        return self.document.findall(".//section[@name='dialplan']/context")

    def domains(self) -> list[ET.Element]:
        return self.document.findall(".//section[@name='directory']/domain")

    def bindings(self) -> list[Binding]:
        if not self._bindings:
            found = self.module("xml_curl")
            nodes = [] if found is None else found.findall("bindings/binding")
            self._bindings.extend(binding for node in nodes if (binding := _binding(node)))
        return self._bindings

    @property
    def switch_name(self) -> str:
        return self.setting("switch", "switchname") or socket.gethostname()


def read(directory: Path) -> Conf:
    """Raises ConfigurationError."""
    main = directory / "freeswitch.xml"
    if not main.is_file():
        raise ConfigurationError(f"{directory} has no freeswitch.xml: it is not a switch configuration.")
    known = _built_in(directory)
    text = _preprocess(main, known, depth=0)
    try:
        document = ET.fromstring(text)  # noqa: S314 - our own files
    except ET.ParseError as error:
        raise ConfigurationError(
            f"The configuration in {directory} is not well-formed XML: {error}."
        ) from error
    return Conf(directory=directory, document=document, globals=known)


def _built_in(directory: Path) -> dict[str, str]:
    run = directory.parent
    return {
        "hostname": socket.gethostname(),
        "local_ip_v4": "127.0.0.1",
        "domain": "127.0.0.1",
        "conf_dir": str(directory),
        "base_dir": str(run),
        "log_dir": str(run / "log"),
        "db_dir": str(run / "db"),
        "recordings_dir": str(run / "recordings"),
        "sounds_dir": str(run / "sounds"),
    }


def _preprocess(path: Path, known: dict[str, str], depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise ConfigurationError(f"Includes nest too deeply at {path}.")
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    parts, done = [], 0
    for found in _PREPROCESS.finditer(text):
        parts.append(_expand(text[done : found.start()], known))
        parts.append(_directive(found, path, known, depth))
        done = found.end()
    parts.append(_expand(text[done:], known))
    return _DROPPED.sub("", "".join(parts))


def _directive(found: re.Match[str], path: Path, known: dict[str, str], depth: int) -> str:
    command, data = found[1].lower(), _expand(found[2], known)
    if command == "set" and "=" in data:
        name, _, value = data.partition("=")
        known[name.strip()] = value
    if command == "include":
        base = Path("/") if data.startswith("/") else path.parent
        return "".join(_preprocess(file, known, depth + 1) for file in sorted(base.glob(data.lstrip("/"))))
    return ""


def _expand(text: str, known: dict[str, str]) -> str:
    return _GLOBAL.sub(lambda found: known.get(found[1], ""), text)


def _binding(node: ET.Element) -> Binding | None:
    params = {param.get("name", ""): param for param in node.findall("param")}
    url = params.get("gateway-url")
    if url is None:
        return None

    def value(name: str, default: str = "") -> str:
        return params[name].get("value", default) if name in params else default

    sections = tuple(re.split(r"[|,\s]+", url.get("bindings", "")))
    return Binding(
        url.get("value", ""), sections, value("gateway-credentials"), float(value("timeout", "2") or 2)
    )
