"""Is there room to record? Asked at each offer, so it asks little: the disks each second, the quota's row with the
other settings. Recording stops before calls do.
"""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from telephony.cells.models import RecordingQuota
from telephony.models import VaultState
from telephony.queries.nodes import recordings_folders
from telephony.queries.remembered import once
from telephony.queries.vault import vault_folder
from tenants.context import current_tenant, enter_public

DISK, QUOTA = "disk", "quota"
LEVELS = (80, 95, 100)
ASKED_EVERY = 1.0
_asked: dict[str, tuple[float, "Disk"]] = {}


@dataclass(frozen=True)
class Disk:
    """Bytes; of a folder that cannot be asked all are 0, and it counts as full."""

    folder: str
    free: int
    total: int

    @property
    def is_full(self) -> bool:
        return self.free < settings.RECORDING_MIN_FREE_MB * 10**6


def recording_stopped_by() -> str:
    """`disk`, `quota`, or '' while there is room."""
    if any(disk.is_full for disk in recording_disks()):
        return DISK
    return QUOTA if once("recording_quota", _quota_stops, is_setting=True) else ""


def recording_disks() -> list[Disk]:
    """Where the switch writes, and where sealed sounds lie."""
    folders = dict.fromkeys([*recordings_folders(), vault_folder()])
    return list({disk.folder: disk for disk in map(_disk_of, folders)}.values())


def quota_of_tenant() -> RecordingQuota | None:
    tenant = current_tenant()
    with enter_public():
        return RecordingQuota.objects.filter(tenant_id=tenant.pk).first()


def level_of(used: int, quota: RecordingQuota | None) -> int:
    """The highest of LEVELS that is reached; 0 below the first, or without a quota."""
    if quota is None:
        return 0
    return max((level for level in LEVELS if used * 100 >= level * quota.bytes), default=0)


def _quota_stops() -> bool:
    return VaultState.objects.filter(stopped=QUOTA).exists()


def _disk_of(folder: Path) -> Disk:
    """Of the nearest folder that is there: the switch makes its own when it first records."""
    known = _asked.get(str(folder))
    if known and time.monotonic() - known[0] < ASKED_EVERY:
        return known[1]
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
    try:
        found = shutil.disk_usage(there)
        disk = Disk(str(folder), found.free, found.total)
    except OSError:
        disk = Disk(str(folder), 0, 0)
    _asked[str(folder)] = (time.monotonic(), disk)
    return disk
