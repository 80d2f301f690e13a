"""Every kind of call that is played, by name."""

from tests.records import busy_calls, plain_calls
from tests.records.truth import Script

SCRIPTS: dict[str, Script] = {
    one.__name__: one
    for one in (
        plain_calls.caller_hangs_up,
        plain_calls.agent_hangs_up,
        plain_calls.agent_presses_end,
        plain_calls.gives_up_waiting,
        plain_calls.gives_up_at_once,
        plain_calls.gives_up_while_it_rings,
        plain_calls.missed_by_one_taken_by_another,
        plain_calls.refused_by_one_taken_by_another,
        plain_calls.leaves_a_message,
        busy_calls.held_once,
        busy_calls.held_twice,
        busy_calls.hangs_up_while_held,
        plain_calls.wraps_up_until_the_deadline,
        plain_calls.is_disposed,
        busy_calls.handed_to_a_queue,
        busy_calls.handed_to_an_agent,
        plain_calls.is_called_back,
        busy_calls.a_colleague_is_asked_and_takes_over,
        busy_calls.a_colleague_is_asked_and_let_go,
        busy_calls.three_talk,
        busy_calls.parked_and_picked_up,
        busy_calls.handed_to_a_number,
    )
}
