"""The switches of this installation by their settings, and where their recordings lie."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings


def nodes_of(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The settings of each switch in settings.SWITCH: what all have in common, with what is its own."""
    listed: Iterable[Mapping[str, Any]] = known.get("nodes") or ({},)
    return [{**known, **own} for own in listed]


def recordings_folders() -> list[Path]:
    """Each switch may write into a folder of its own; as often they share one."""
    return list(dict.fromkeys(Path(node["recordings_dir"]) for node in nodes_of(settings.SWITCH)))


def recording_folder(path: str) -> Path:
    """The folder a recording of this relative path lies in; the first one while it lies in none."""
    folders = recordings_folders()
    return next((folder for folder in folders if (folder / path).is_file()), folders[0])
