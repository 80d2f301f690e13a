"""Who plays in a demo tenant, handed to every app's `furnish`."""

from dataclasses import dataclass

from tenants.models import Tenant
from tenants.people.models import Member


@dataclass(frozen=True)
class CastAgent:
    """`device_password` is the text to hash into the device of that extension; `is_login`: a person may sign in as."""

    member: Member
    extension: str
    device_password: str
    is_login: bool


@dataclass(frozen=True)
class Cast:
    """`number` as stored in the inventory; `domain` is the SIP domain; agents with the two logins first."""

    tenant: Tenant
    domain: str
    number: str
    members: dict[str, Member]
    agents: tuple[CastAgent, ...]

    @property
    def speaks_chinese(self) -> bool:
        return self.tenant.language == "zh-hans"
