"""What quality adds to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from quality import policies
from tenants.people.rights import Right, add_rights

AREA = _("Quality")


def connect() -> None:
    add_rights(
        Right(AREA, _("Score calls, never one's own"), policies.can_score_calls),
        Right(AREA, _("See one's own scores"), policies.can_see_own_evaluations),
        Right(AREA, _("See the scores of the teams one leads"), policies.can_see_evaluations_of_team),
        Right(
            AREA,
            _("See all scores, or those of the groups and teams one leads"),
            policies.can_see_every_evaluation,
        ),
        Right(AREA, _("Write scorecards"), policies.can_change_scorecards),
    )
