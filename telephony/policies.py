"""May this member do this? Pure: they look at the member and the row given, and at nothing else."""

from typing import Protocol

from telephony.models import Agent, Call
from tenants.people.policies import Member, Role, has_role


class Named(Protocol):
    """An order, as far as a policy looks at it."""

    @property
    def type(self) -> str: ...


class Spoken(Protocol):
    """A call or a recording: whose agent spoke."""

    @property
    def agent(self) -> Agent | None: ...
    @property
    def agent_id(self) -> int | None: ...


Team = frozenset[int] | None
LEADERS = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR)
CONFIGURERS = (Role.OWNER, Role.ADMIN)
WORKERS = (Role.AGENT, *LEADERS)
SEEING_CALLS = (Role.AGENT, Role.INSPECTOR, Role.TEAM_LEAD, *LEADERS)
MENTORS = (Role.AGENT, Role.TEAM_LEAD, Role.INSPECTOR, *LEADERS)
"""Who may be somebody's mentor: it takes a telephone of one's own."""
HEALTH_READERS = (*LEADERS, Role.OPERATIONS)
"""Of pages that tell how the system is, and nothing of a customer."""
ORDERED_BY_LEADERS = frozenset({"set_not_ready", "sign_out", "mask_recording", "unmask_recording"})
"""For somebody else: no card number is recorded only because the agent's own hands are full."""

SUPERVISION = frozenset(
    {"listen", "set_ear", "stop_listening", "take_over_call", "hang_up_call", "force_state"}
)
"""Orders of telephony.floor_orders: about other people's talks and states."""


def can_work(member: Member) -> bool:
    """May open the workspace; whether an agent row belongs to them is another question."""
    return has_role(member, Role.AGENT, *LEADERS)


def can_see_floor(member: Member) -> bool:
    return has_role(member, *LEADERS)


def can_intervene(member: Member) -> bool:
    """May pull, move and redirect waiting calls, and try the rules."""
    return has_role(member, *LEADERS)


def can_supervise(member: Member) -> bool:
    """May listen in, whisper, barge in, take over, hang up and force a state; of supervisors who lead groups
    `agents_led_by` says whose.
    """
    return has_role(member, *LEADERS)


def can_mentor(member: Member) -> bool:
    """May listen, silently, to those whose mentor they are (`queries.teams.agents_of_mentees`)."""
    return has_role(member, *MENTORS)


def can_see_every_call(member: Member) -> bool:
    return has_role(member, *LEADERS, Role.INSPECTOR)


def can_see_calls_of_team(member: Member) -> bool:
    """Of the agents of the teams they lead, which `queries.teams.team_of` names, and of nobody else."""
    return has_role(member, Role.TEAM_LEAD)


def can_see_calls(member: Member) -> bool:
    return has_role(member, Role.AGENT, Role.INSPECTOR, *LEADERS)


def can_see_call(member: Member, call: Call, *, was_offered: bool = False) -> bool:
    """An agent sees the calls they took; `was_offered` says that the call rings or rang them."""
    if can_see_every_call(member):
        return True
    took_it = call.agent is not None and call.agent.member_id == member.pk
    return has_role(member, Role.AGENT) and (took_it or was_offered)


def can_listen(member: Member, heard: Spoken, team: Team = None) -> bool:
    """A recording, or all that was said in a call: for inspectors, for leaders of the agent's team, and for the agent
    who spoke.
    """
    if can_see_every_call(member) and (team is None or heard.agent_id in team):
        return True
    if can_see_calls_of_team(member) and team is not None and heard.agent_id in team:
        return True
    return has_role(member, Role.AGENT) and heard.agent is not None and heard.agent.member_id == member.pk


def can_download(member: Member) -> bool:
    """What may be heard may also be taken along, by those who answer for it."""
    return can_see_every_call(member)


def can_see_full_numbers(member: Member) -> bool:
    return has_role(member, *LEADERS)


def can_keep_do_not_call(member: Member) -> bool:
    """Who must not be called: entered, imported, lifted."""
    return has_role(member, *LEADERS)


def can_pass_do_not_call(member: Member) -> bool:
    """Have such a number called once all the same, with a reason that is written down."""
    return has_role(member, *LEADERS)


def can_configure(member: Member) -> bool:
    return has_role(member, *CONFIGURERS)


def can_look_at_configuration(member: Member) -> bool:
    return has_role(member, *LEADERS)


def can_see_flows(member: Member) -> bool:
    return has_role(member, *LEADERS)


def can_edit_flows(member: Member) -> bool:
    """May draw drafts and try them: a supervisor prepares what an administrator publishes."""
    return has_role(member, *LEADERS)


def can_publish_flows(member: Member) -> bool:
    """May change what callers go through: publish, roll back, put away, lead a number to a flow."""
    return has_role(member, *CONFIGURERS)


def can_order(member: Member, order: Named, agent: Agent | None) -> bool:
    """Agents order for themselves.

    A leader may also set somebody else not ready and mask the recording of their talk, never touch the call itself.
    What only our own code orders, no member does.
    """
    if order.type == "read_floor_again":
        return can_configure(member)
    if order.type in SUPERVISION:
        return can_supervise(member)
    if order.type in ("measure_emergency", "look_at_agent"):
        return False
    if agent is None or not can_work(member):
        return False
    if agent.member_id == member.pk:
        return True
    return order.type in ORDERED_BY_LEADERS and has_role(member, *LEADERS)
