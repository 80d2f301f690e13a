"""Who may ask for proof. Pure."""

from tenants.people.policies import Role, has_role

READERS = (Role.OWNER, Role.ADMIN)
PROVERS = (Role.OWNER,)


def can_prove_log(member: object) -> bool:
    return has_role(member, *READERS)


def can_prove_isolation(member: object) -> bool:
    """It signs in as an owner and asks every address: nobody's but an owner's."""
    return has_role(member, *PROVERS)
