"""Why a call failed at the carrier, before anybody was rung: then the next trunk is tried. Pure.

A refusal (CALL_REJECTED) may be the callee's own; a number nobody has, an engaged or silent one are answers.
"""

TRUNK_CAUSES = frozenset(
    {
        "DESTINATION_OUT_OF_ORDER", "GATEWAY_DOWN", "INVALID_GATEWAY", "NETWORK_OUT_OF_ORDER",
        "NORMAL_CIRCUIT_CONGESTION", "NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE",
        "REQUESTED_CHAN_UNAVAIL", "SERVICE_UNAVAILABLE", "SWITCH_CONGESTION",
    }
)  # fmt: skip
