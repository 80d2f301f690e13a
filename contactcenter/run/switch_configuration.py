"""`python -m contactcenter.run.switch_configuration`: write what the switch runs with, from our settings.

A process of its own, because settings are read once; it needs no Django, so it is quick.
"""

import sys

from contactcenter import settings
from telephony.freeswitch.configuration import ConfigurationRefused, SwitchSettings, write_configuration

if __name__ == "__main__":
    try:
        write_configuration(settings.SWITCH["directory"], SwitchSettings.from_mapping(settings.SWITCH))
    except ConfigurationRefused as refusal:
        sys.exit(str(refusal))
