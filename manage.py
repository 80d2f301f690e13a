#!/usr/bin/env python
"""Django's command line, with one clear line when the database is not there."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as problem:
        sys.exit(
            f"The database does not answer ({str(problem).splitlines()[0]}). Start `make run` or set DATABASE_URL."
        )


if __name__ == "__main__":
    main()
