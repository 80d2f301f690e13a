"""Makes the sounds of telephony.speech.phrases that are missing: for us who write phrases, not for a running product.

They are committed, so that a caller hears them on machines that cannot speak.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from telephony.freeswitch.configuration import OUR_FILES
from telephony.sounds.processing import made_of
from telephony.sounds.store import write_whole
from telephony.speech.phrases import LANGUAGES, PHRASES
from telephony.speech.port import Utterance
from telephony.speech.providers import speak
from telephony.speech.spoken import WORDS


class Command(BaseCommand):
    help = "Speak the phrases that have no sound yet, with eSpeak NG."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", nargs="*", default=[], help="Names to speak anew, such as words/7.")

    def handle(self, *_args: Any, again: list[str], **_options: Any) -> None:
        for language in LANGUAGES:
            texts = {name: texts[language] for name, texts in PHRASES.items()}
            texts |= {f"words/{name}": text for name, text in WORDS[language].items()}
            for name, text in texts.items():
                path = OUR_FILES / "sounds" / language / f"{name}.wav"
                if name in again or not path.exists():
                    self._speak(path, language, text)

    def _speak(self, path: Path, language: str, text: str) -> None:
        made = made_of(speak("espeak", Utterance(text=text, language=language)), is_trimmed=True)
        write_whole(path, made.content)
        self.stdout.write(f"{path.name} {made.seconds} s")
