"""What ends `make run`: one line that says what is wrong and what to do."""


class CannotRun(Exception):
    """Shown as it is, exit code 1."""
