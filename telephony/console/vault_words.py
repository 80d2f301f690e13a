"""What pages say of kept sounds."""

from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: MappingProxyType[str, str | Promise] = MappingProxyType(
    {"recording": _("Recordings"), "voicemail": _("Voicemails"), "comment": _("Survey comments")}
)
REASONS: MappingProxyType[str, str | Promise] = MappingProxyType(
    {
        "policy": _("The policy does not record this"),
        "not_drawn": _("Not among the share that is recorded"),
        "on_demand": _("On demand, and nobody asked"),
        "stopped": _("Stopped by the agent"),
        "disk": _("The disk was nearly full"),
        "quota": _("The quota was used up"),
        "no_file": _("The telephone system wrote no file"),
        "missing": _("The file is missing"),
        "alarm": _("The file is not what was recorded"),
        "short": _("The file is shorter than the talk"),
    }
)
ALARMS: MappingProxyType[str, str | Promise] = MappingProxyType(
    {
        "tampered": pgettext_lazy("alarm of a sound", "Changed"),
        "missing": pgettext_lazy("alarm of a sound", "Missing"),
    }
)
STOPPED: MappingProxyType[str, str | Promise] = MappingProxyType(
    {
        "disk": _(
            "Nobody is recorded at the moment: a disk of recordings is nearly full. Calls go on as always."
        ),
        "quota": _(
            "Nobody is recorded at the moment: the quota of recordings is used up. Calls go on as always."
        ),
    }
)
