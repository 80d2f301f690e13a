"""`python -m tests.nursery.settled LOG manage.py run_telephony`, in a fork: a program with the settings its environment
says. The fork was born with the settings of whoever was started first. What it complains of goes to the log.
"""

import importlib
import os
import runpy
import sys
from contextlib import suppress

from django.conf import settings
from django.core.cache import caches
from django.db import connections


def main(log: str, words: list[str]) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), 2)
    settle()
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def settle() -> None:
    """Read the settings anew, and have forgotten whatever was made of the old ones."""
    fresh = importlib.reload(sys.modules["contactcenter.settings"])
    for name in filter(str.isupper, dir(fresh)):
        setattr(settings, name, getattr(fresh, name))
    for handler in (connections, caches):
        vars(handler).pop("settings", None)
        handler._settings = None
        with suppress(AttributeError):
            del handler["default"]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
