"""Where each role starts."""

from tenants.people.homes import home_of
from tenants.people.models import Member


def test_each_role_has_its_home():
    homes = {
        role: home_of(Member(roles=[role]))
        for role in (
            "owner",
            "admin",
            "supervisor",
            "agent",
            "inspector",
            "finance",
            "operator",
            "operator_finance",
        )
    }
    assert homes == {
        "owner": "/admin/",
        "admin": "/admin/",
        "supervisor": "/floor/",
        "agent": "/workspace/",
        "inspector": "/quality/",
        "finance": "/usage/",
        "operator": "/admin/",
        "operator_finance": "/admin/",
    }
    assert home_of(Member(roles=[])) == "/password/"
    assert home_of(Member(roles=["agent", "supervisor"])) == "/floor/"
