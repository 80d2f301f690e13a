"""Every write of telephony, by subject; others import them from here."""

from telephony.actions.agent_activity import force_not_ready
from telephony.actions.agents import (
    forget_page,
    note_page,
    register_device,
    set_agent_not_ready,
    set_agent_ready,
    sign_in,
    sign_out,
    unregister_device,
)
from telephony.actions.configuration import StillInUse, drop_row, keep_members, keep_row, keep_times
from telephony.actions.custody import note_custody
from telephony.actions.emergency import (
    begin_drill,
    delete_emergency_plan,
    end_drill,
    note_switch_effect,
    save_emergency_plan,
    switch_emergency,
)
from telephony.actions.escalation import escalate_call
from telephony.actions.failed_offers import fail_offer, finish_offer_command
from telephony.actions.flow_steps import keep_looked_up, note_flow_step
from telephony.actions.follow_ups import (
    claim_follow_up,
    finish_follow_up,
    note_follow_up,
    open_follow_up,
    release_follow_up,
    reopen_follow_up,
)
from telephony.actions.following import follow_call
from telephony.actions.help import ask_for_help, end_help, take_help
from telephony.actions.hours_patterns import fill_hours
from telephony.actions.interventions import (
    move_call_to_front,
    pull_call,
    redirect_call,
    reprioritise_call,
    seconds_to_front,
    tell_of_stay,
    waiting_stay,
)
from telephony.actions.legs import (
    end_leg,
    note_answer,
    note_aside,
    note_bridge,
    note_hang_up_order,
    note_hold,
    note_room,
    note_unbridge,
    take_agent_leg,
    take_call,
    take_outside_leg,
)
from telephony.actions.line_quality import note_line_quality
from telephony.actions.messages import (
    announce,
    end_announcement,
    read_announcement,
    read_messages,
    write_message,
)
from telephony.actions.offers import AgentGone, CallGone, Wish, offer_call, offer_calls
from telephony.actions.profiles import forget_callers, profile_caller, profile_callers
from telephony.actions.recordings import prove_recording, start_recording, stop_recording
from telephony.actions.routing import plan_stay
from telephony.actions.rules import number_version
from telephony.actions.settlement import lose_leg, settle_leg
from telephony.actions.setup import (
    NewPhone,
    a1_hash,
    add_phone,
    change_agent,
    check_seats,
    create_agent,
    floor_changed,
    next_extension,
    renew_password,
)
from telephony.actions.sitting import one_sitting
from telephony.actions.sound_alarms import open_sound
from telephony.actions.stays import (
    aim_call,
    keep_expected_waits,
    keep_voicemail,
    queue_call,
    take_out_of_line,
)
from telephony.actions.surveys import note_survey
from telephony.actions.voicemails import mark_heard
from telephony.actions.wrap_up import (
    dispose_call,
    end_due_wrap_up,
    end_due_wrap_ups,
    extend_wrap_up,
    finish_wrap_up,
)

__all__ = [
    "note_line_quality",
    "forget_page",
    "note_page",
    "AgentGone",
    "CallGone",
    "NewPhone",
    "StillInUse",
    "Wish",
    "a1_hash",
    "add_phone",
    "aim_call",
    "announce",
    "ask_for_help",
    "begin_drill",
    "change_agent",
    "check_seats",
    "claim_follow_up",
    "create_agent",
    "delete_emergency_plan",
    "dispose_call",
    "drop_row",
    "end_announcement",
    "end_drill",
    "end_due_wrap_up",
    "end_due_wrap_ups",
    "end_help",
    "end_leg",
    "escalate_call",
    "extend_wrap_up",
    "fail_offer",
    "fill_hours",
    "finish_follow_up",
    "finish_offer_command",
    "finish_wrap_up",
    "floor_changed",
    "follow_call",
    "force_not_ready",
    "forget_callers",
    "keep_expected_waits",
    "keep_looked_up",
    "keep_members",
    "keep_row",
    "keep_times",
    "keep_voicemail",
    "lose_leg",
    "mark_heard",
    "move_call_to_front",
    "next_extension",
    "note_answer",
    "note_aside",
    "note_bridge",
    "note_custody",
    "note_flow_step",
    "note_follow_up",
    "note_hang_up_order",
    "note_hold",
    "note_survey",
    "note_switch_effect",
    "note_room",
    "note_unbridge",
    "number_version",
    "offer_call",
    "offer_calls",
    "one_sitting",
    "open_sound",
    "open_follow_up",
    "plan_stay",
    "profile_caller",
    "profile_callers",
    "prove_recording",
    "pull_call",
    "queue_call",
    "read_announcement",
    "read_messages",
    "redirect_call",
    "register_device",
    "release_follow_up",
    "renew_password",
    "reopen_follow_up",
    "reprioritise_call",
    "save_emergency_plan",
    "seconds_to_front",
    "set_agent_not_ready",
    "set_agent_ready",
    "settle_leg",
    "sign_in",
    "sign_out",
    "start_recording",
    "stop_recording",
    "switch_emergency",
    "take_agent_leg",
    "take_help",
    "take_call",
    "take_out_of_line",
    "take_outside_leg",
    "tell_of_stay",
    "unregister_device",
    "waiting_stay",
    "write_message",
]
