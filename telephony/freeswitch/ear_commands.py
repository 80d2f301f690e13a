"""What we say to the switch about a supervisor's ear; what happens then is conf/ear.xml. Pure, like `commands`."""

from __future__ import annotations

from uuid import UUID

from telephony.freeswitch.commands import checked, confirmed, endpoint, shown_number, variables
from telephony.switch import EarCommand, EarMode, RungPhone

EAR_PLAN = "XML:${cc_ear_plan} ear"


def originate_ear(ear: EarCommand) -> str:
    """Ring the supervisor's phone; picked up, it hears the agent's leg. Without cc_call: it is no leg of the call."""
    recording = {} if ear.recording is None else {"cc_recording": ear.recording}
    whose: dict[str, object] = {} if ear.outside else {"dialed_user": ear.username}
    settings = variables(
        origination_uuid=ear.ear_id,
        cc_tenant=ear.tenant,
        cc_ear_on=ear.agent_leg_id,
        cc_ear_call=ear.call_id,
        cc_agent=ear.agent_id,
        cc_epoch=ear.epoch,
        dialed_domain=ear.domain,
        originate_timeout=int(ear.timeout_seconds),
        origination_caller_id_number=shown_number(ear.shown_number),
        origination_caller_id_name=shown_number(ear.shown_number),
        hangup_after_bridge="true",
        ignore_early_media="true",
        ignore_display_updates="true",
        RECORD_STEREO="true",
        media_timeout=60_000,
        media_hold_timeout=3_600_000,
        **whose,
        **recording,
    )
    own = f"[{variables(**confirmed(ear.outside))}]" if ear.outside else ""
    return f"bgapi originate {{{settings}}}{own}{_endpoint(ear)} ear-{EarMode(ear.mode)} {EAR_PLAN}"


def set_ear(ear_leg_id: UUID, mode: EarMode) -> str:
    return f"api uuid_transfer {checked(ear_leg_id)} ear-{EarMode(mode)} {EAR_PLAN}"


def name_agent(ear_leg_id: UUID, agent_leg_id: UUID) -> str:
    """Whom the ear is to hear next."""
    return f"api uuid_setvar {checked(ear_leg_id)} cc_ear_on {checked(agent_leg_id)}"


def name_caller(ear_leg_id: UUID, caller_leg_id: UUID) -> str:
    """Whom `take` is to intercept."""
    return f"api uuid_setvar {checked(ear_leg_id)} cc_caller {checked(caller_leg_id)}"


def take(ear_leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(ear_leg_id)} ear-take {EAR_PLAN}"


def _endpoint(ear: EarCommand) -> str:
    phone = RungPhone(
        offer_id=ear.ear_id,
        agent_id=ear.agent_id,
        username=ear.username,
        contact=ear.contact,
        outside=ear.outside,
    )
    return endpoint(phone, ear.domain)
