"""Where the people of a demo tenant work: two sites, a department and its two teams."""

from typing import NamedTuple

from tenants.people.models import Member, Site, Team


class Places(NamedTuple):
    """(name, kind, time zone) of each site; the department, then its two teams, one at each site."""

    sites: tuple[tuple[str, str, str], tuple[str, str, str]]
    department: str
    teams: tuple[str, str]


CHINESE = Places(
    (("上海总部", "centre", ""), ("成都分部", "branch", "Asia/Shanghai")),
    "客户服务部",
    ("售后一组", "售后二组"),
)
ENGLISH = Places(
    (("London", "centre", ""), ("At home", "remote", "Europe/London")),
    "Customer service",
    ("Bookings team", "Home team"),
)


def furnish(members: dict[str, Member], *, speaks_chinese: bool) -> None:
    """Inside the tenant's schema; agents go to the two teams by turns. Whoever was moved since stays where they are."""
    places = CHINESE if speaks_chinese else ENGLISH
    if Site.objects.exists() or Team.objects.exists():
        return
    sites = [Site.objects.create(name=name, kind=kind, time_zone=zone) for name, kind, zone in places.sites]
    department = Team.objects.create(name=places.department, site=sites[0])
    # An administrator sees everybody anyway: to lead a team would narrow what the supervisor sees to it.
    department.leads.add(members["admin"])
    teams = [
        Team.objects.create(name=name, parent=department, site=site)
        for name, site in zip(places.teams, sites, strict=True)
    ]
    agents = [member for name, member in sorted(members.items()) if name.startswith("agent")]
    for position, member in enumerate(agents):
        member.team = teams[position % 2]
        member.save(update_fields=["team"])
    supervisor = members["supervisor"]
    supervisor.team = department
    supervisor.save(update_fields=["team"])
