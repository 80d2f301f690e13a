"""The formulas of the glossary, pure: numbers in, number or None out, one place for screen, report and
export.

None means "nothing to divide by"; it is shown as a dash, never as 0 or 100 %.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServiceCounts:
    """Answered and abandoned calls of a period, split at the service level's threshold."""

    answered_within: int
    answered_later: int
    abandoned_within: int
    abandoned_later: int

    @property
    def answered(self) -> int:
        return self.answered_within + self.answered_later

    @property
    def abandoned(self) -> int:
        return self.abandoned_within + self.abandoned_later


def ratio(part: float, whole: float) -> float | None:
    """part / whole in percent."""
    return None if not whole else 100.0 * part / whole


def service_level_f1(counts: ServiceCounts) -> float | None:
    """(answered + abandoned within X) / (all answered + all abandoned)."""
    return ratio(counts.answered_within + counts.abandoned_within, counts.answered + counts.abandoned)


def service_level_f2(counts: ServiceCounts) -> float | None:
    """answered within X / all answered."""
    return ratio(counts.answered_within, counts.answered)


def service_level_f3(counts: ServiceCounts) -> float | None:
    """answered within X / (all answered + all abandoned). The one shown by default."""
    return ratio(counts.answered_within, counts.answered + counts.abandoned)


def service_level_f4(counts: ServiceCounts) -> float | None:
    """answered within X / (all answered + abandoned later than X)."""
    return ratio(counts.answered_within, counts.answered + counts.abandoned_later)


def average_speed_of_answer(wait_seconds_of_answered: float, answered: int) -> float | None:
    """ASA in seconds: the wait of those who were answered, per answered call."""
    return None if not answered else wait_seconds_of_answered / answered


def average_handle_time(talk: float, hold: float, wrap_up: float, handled: int) -> float | None:
    """AHT in seconds: talk, hold and wrap-up per handled call."""
    return None if not handled else (talk + hold + wrap_up) / handled


def average_talk_time(talk: float, answered: int) -> float | None:
    """ATT in seconds; never to be mixed up with AHT."""
    return None if not answered else talk / answered


def average_abandon_wait(wait_seconds_of_abandoned: float, abandoned: int) -> float | None:
    return None if not abandoned else wait_seconds_of_abandoned / abandoned


def abandon_rate(abandoned: int, offered: int) -> float | None:
    """B / O in percent."""
    return ratio(abandoned, offered)


def connect_rate(answered: int, offered: int) -> float | None:
    """CONN, A / O in percent."""
    return ratio(answered, offered)


LEAST_CONNECT_RATE = 85.0
"""Percent; below it, of enough calls, the floor raises an alert."""
ENOUGH_CALLS = 20


def is_connect_rate_low(answered: int, offered: int, waiting: int) -> bool:
    """Callers who still wait are not lost yet; fewer than ENOUGH_CALLS prove nothing."""
    decided = offered - waiting
    rate = connect_rate(answered, decided)
    return rate is not None and decided >= ENOUGH_CALLS and rate < LEAST_CONNECT_RATE


def occupancy(on_contact: float, idle: float) -> float | None:
    """OCC in percent: time on contacts (wrap-up counts) of the time on contacts or idle."""
    return ratio(on_contact, on_contact + idle)


def utilisation(talk: float, hold: float, wrap_up: float, idle: float, signed_in: float) -> float | None:
    """UTIL in percent of the signed-in time."""
    return ratio(talk + hold + wrap_up + idle, signed_in)


def still_waiting(offered: int, answered: int, abandoned: int, flowed_out: int) -> int:
    """ΔW of the ledger identity O = A + B + F + ΔW."""
    return offered - answered - abandoned - flowed_out


SATISFIED_FROM = 4
"""Of 1 to 5: the two best marks count as satisfied."""
PROMOTER_FROM, DETRACTOR_TO = 9, 6
"""Of 0 to 10."""


def customer_satisfaction(satisfied: int, answers: int) -> float | None:
    """CSAT in percent: marks 4 and 5 of all marks given. Callers who gave none are no answers."""
    return ratio(satisfied, answers)


def mean_score(total: float, answers: int) -> float | None:
    """The mean mark, shown beside CSAT."""
    return None if not answers else total / answers


def net_promoter_score(promoters: int, detractors: int, answers: int) -> float | None:
    """NPS from -100 to 100: percent of 9 and 10 less percent of 0 to 6."""
    return None if not answers else 100.0 * (promoters - detractors) / answers


def containment(self_served: int, entered: int) -> float | None:
    """In percent: callers who entered a flow and left it without asking for a person or leaving work for one."""
    return ratio(self_served, entered)


def human_transfer_rate(transferred: int, entered: int) -> float | None:
    """In percent of flow entries: those who went on to a queue, an agent or a person outside."""
    return ratio(transferred, entered)


def wilson_interval(part: int, whole: int, z: float = 1.96) -> tuple[float, float] | None:
    """Where a share (in percent) lies with 95 % confidence, by Wilson's score; None of nothing."""
    if not whole:
        return None
    share, spread = part / whole, z * z / whole
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / whole + spread / (4 * whole))
    return 100 * max(0.0, middle - reach), 100 * min(1.0, middle + reach)
