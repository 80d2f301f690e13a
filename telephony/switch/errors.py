"""Why a switch did not do what it was asked."""


class SwitchError(Exception):
    """The switch did not do what was asked."""


class SwitchUnreachable(SwitchError):
    """There is no connection to the switch. Nothing was sent."""


class SwitchRefused(SwitchError):
    """The switch said no; its words are the message."""


class CommandTimedOut(SwitchError):
    """The switch did not answer in time. It may or may not have acted: wait for facts, or ask leg()."""


class NotYet(SwitchError):
    """The change of hold before is still under way, or the two were joined this moment. Nothing was sent: ask again."""


class UnsafeValue(SwitchRefused):
    """A value that could change the meaning of a command was refused before anything was sent."""
