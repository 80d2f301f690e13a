"""`python -m tests.program FILE …`: what follows as Python takes it (`-m module …`, `-c text …`, `file.py …`), and what
it writes goes to the file; what it complains of stays where it was. tests/parts.py runs stage programs so.
"""

import os
import runpy
import sys


def main(said: str, *arguments: str) -> None:
    sys.stdout.flush()
    with open(said, "wb") as file:
        os.dup2(file.fileno(), 1)
    how, *words = arguments
    if how == "-c":
        sys.argv = ["-c", *words[1:]]
        exec(compile(words[0], "<string>", "exec"), {"__name__": "__main__"})
    elif how == "-m":
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(arguments)
        runpy.run_path(how, run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
