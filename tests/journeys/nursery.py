"""Runs stage programs without starting Python and Django for each: a fork of a process that has imported both.

`python -m tests.journeys.nursery` answers each line on its input, `["tests.journeys.flow_stage", "clear"]`, with one on
its output: `[exit code, what it wrote, what it complained of]`. A stage program is run as `python -m` would, in a
process of its own with connections of its own.
"""

import json
import os
import runpy
import sys
import tempfile
import threading
import traceback
from typing import IO


def main() -> None:
    import django

    django.setup()
    from django.db import connections
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    connections.close_all()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        module, *arguments = json.loads(line)
        answers.write(json.dumps(_run(module, arguments)) + "\n")
        answers.flush()


def _run(module: str, arguments: list[str]) -> tuple[int, str, str]:
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        pid = os.fork()
        if pid == 0:
            _be(module, arguments, said, complained)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return code, _text(said), _text(complained)


def _be(module: str, arguments: list[str], said: IO[str], complained: IO[str]) -> None:
    """The child: never returns."""
    code = 0
    try:
        os.dup2(said.fileno(), 1)
        os.dup2(complained.fileno(), 2)
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    main()
