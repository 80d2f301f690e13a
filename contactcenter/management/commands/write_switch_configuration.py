from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from telephony.freeswitch.configuration import ConfigurationRefused, SwitchSettings, write_configuration


class Command(BaseCommand):
    help = "Write the configuration the switch runs with, from our settings."

    def handle(self, *args, **options) -> None:
        directory = Path(settings.SWITCH["directory"])
        try:
            write_configuration(directory, SwitchSettings.from_mapping(settings.SWITCH))
        except ConfigurationRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Written to {directory}")
