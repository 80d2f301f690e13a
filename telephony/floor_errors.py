"""Why somebody cannot be moved on the floor, and why a view of it cannot be kept."""

from django.utils.translation import gettext_noop as _

from tenants.errors import BadInput, NotFound


class EndsTooSoon(BadInput):
    "The end lies in the past. Choose a later one, or none for good."


class LevelOutOfRange(BadInput):
    "A skill has a level from 1 to 10; 0 takes it away."


class SkillNotFound(NotFound):
    "There is no such skill."


class ViewNeedsName(BadInput):
    "Give the view a name."


class TooManyViews(BadInput):
    "Thirty views are kept. Delete one you no longer use."


class ViewGone(NotFound):
    "You have no such view of the floor."


class NobodyChosen(BadInput):
    "Choose at least one agent."


MESSAGES = (
    _("The end lies in the past. Choose a later one, or none for good."),
    _("A skill has a level from 1 to 10; 0 takes it away."),
    _("There is no such skill."),
    _("Give the view a name."),
    _("Thirty views are kept. Delete one you no longer use."),
    _("You have no such view of the floor."),
    _("Choose at least one agent."),
)
