"""How large network, machine and disk should be: pure sums of named figures, so that the page can show the formula."""

from dataclasses import dataclass
from math import ceil

MBIT_PER_SEAT = 2.0
KBIT_PER_CALL = 100.0
G711_PAYLOAD_BYTES = 160
"""20 ms of 64 kbit/s."""
HEADER_BYTES = 12 + 8 + 20 + 18
"""RTP, UDP, IPv4, Ethernet with its check sum."""
PACKETS_PER_SECOND = 50
G711_KBIT = (G711_PAYLOAD_BYTES + HEADER_BYTES) * 8 * PACKETS_PER_SECOND / 1000
SOUND_BYTES_PER_SECOND = 8000 * 2
"""8 kHz, 16 bit, one channel."""
BASE_CORES = 2
BASE_MEMORY_GB = 4.0
MEMORY_MB_PER_SEAT = 4.0
MEMORY_MB_PER_CALL = 2.0


@dataclass(frozen=True, kw_only=True)
class Need:
    """`talk_hours`: of one seat a day; `recorded_percent` of them is kept for `kept_days`, in `channels` channels."""

    seats: int
    calls: int
    calls_per_core: int
    talk_hours: float
    recorded_percent: int
    kept_days: int
    channels: int


@dataclass(frozen=True, kw_only=True)
class Size:
    seats_mbit: float
    calls_mbit: float
    calls_theory_mbit: float
    cores: int
    memory_gb: float
    storage_gb: float

    @property
    def network_mbit(self) -> float:
        """Seats' pages and calls' voice, each way."""
        return self.seats_mbit + self.calls_mbit


def size_of(need: Need) -> Size:
    recorded_seconds = need.seats * need.talk_hours * 3600 * need.recorded_percent / 100 * need.kept_days
    memory_mb = need.seats * MEMORY_MB_PER_SEAT + need.calls * MEMORY_MB_PER_CALL
    return Size(
        seats_mbit=need.seats * MBIT_PER_SEAT,
        calls_mbit=need.calls * KBIT_PER_CALL / 1000,
        calls_theory_mbit=need.calls * G711_KBIT / 1000,
        cores=BASE_CORES + ceil(need.calls / need.calls_per_core),
        memory_gb=BASE_MEMORY_GB + memory_mb / 1024,
        storage_gb=recorded_seconds * SOUND_BYTES_PER_SECOND * need.channels / 1e9,
    )
