"""At which site agents work: their own, else their team's."""

from django.db.models import Q

from telephony.models import Agent

NO_SITE = 0


def agents_of_site(site_id: int) -> list[int]:
    """Ids; of NO_SITE those who work at none."""
    if site_id == NO_SITE:
        nowhere = Q(member__team=None) | Q(member__team__site=None)
        found = Agent.objects.filter(nowhere, member__site=None)
    else:
        of_team = Q(member__site=None, member__team__site_id=site_id)
        found = Agent.objects.filter(Q(member__site_id=site_id) | of_team)
    return list(found.order_by("pk").values_list("pk", flat=True))


def sites_of_agents() -> dict[int, int]:
    """The id of each agent's site, NO_SITE without one."""
    rows = Agent.objects.values_list("pk", "member__site_id", "member__team__site_id")
    return {pk: own or of_team or NO_SITE for pk, own, of_team in rows}
