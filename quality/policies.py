"""Who may score calls and who may see the scores. An agent sees their own and never another's."""

from tenants.people.policies import Role, has_role

SCORING_ROLES = (Role.INSPECTOR, Role.SUPERVISOR, Role.TEAM_LEAD, Role.ADMIN, Role.OWNER)
OVERSEEING_ROLES = (Role.INSPECTOR, Role.SUPERVISOR, Role.ADMIN, Role.OWNER)
FORM_ROLES = (Role.INSPECTOR, Role.ADMIN, Role.OWNER)
ANY_ROLE = (*OVERSEEING_ROLES, Role.TEAM_LEAD, Role.AGENT)


def can_score_calls(member) -> bool:
    return has_role(member, *SCORING_ROLES)


def can_score_call_of(member, agent) -> bool:
    """Nobody scores their own call."""
    return can_score_calls(member) and agent is not None and agent.member_id != member.pk


def can_see_every_evaluation(member) -> bool:
    return has_role(member, *OVERSEEING_ROLES)


def can_see_evaluations_of_team(member) -> bool:
    """Of the agents of the teams they lead (`telephony.queries.teams.team_of`)."""
    return has_role(member, Role.TEAM_LEAD)


def can_see_own_evaluations(member) -> bool:
    return has_role(member, Role.AGENT)


def can_see_evaluation(member, evaluation) -> bool:
    own = can_see_own_evaluations(member) and evaluation.agent.member_id == member.pk
    return own or can_see_every_evaluation(member)


def can_change_scorecards(member) -> bool:
    return has_role(member, *FORM_ROLES)
