"""Parts of the product that are forked from the supervisor instead of started anew.

Importing Django and all apps costs two to three seconds of processor time. The supervisor does it once, in its one
thread, while the database comes up; each part then begins where the imports are done, and shares that memory.
"""

import atexit
import gc
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

from contactcenter.run.failures import CannotRun
from contactcenter.run.kernel import die_with_parent, name_process

MOST_FILES = 4096


def import_everything(environment: dict[str, str]) -> None:
    """Import what every part needs, with the settings every part gets. Raises CannotRun with what stood in the way."""
    os.environ.update(environment)
    try:
        import django

        django.setup()
        import contactcenter.celery
        import contactcenter.public_urls
        import contactcenter.urls  # noqa: F401
    except Exception as problem:
        raise CannotRun(f"The product cannot be imported: {type(problem).__name__}: {problem}") from problem
    # What is there now stays for ever: no part need look through it, and so copy its memory, when it cleans up.
    gc.freeze()


class Forked:
    """As much of subprocess.Popen as the supervisor asks of a child."""

    def __init__(
        self, name: str, arguments: list[str], *, log: Path, environment: dict[str, str], folder: Path
    ) -> None:
        """`arguments` as Python takes them: `-m module …` or `file.py …`."""
        self.returncode: int | None = None
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _become(name, arguments, parent, log, environment, folder)

    def poll(self) -> int | None:
        if self.returncode is None:
            self._reap(os.WNOHANG)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired when it still lives after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None and deadline is None:
            self._reap(0)
        while self.poll() is None and deadline is not None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.02)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _reap(self, how: int) -> None:
        try:
            pid, status = os.waitpid(self.pid, how)
        except ChildProcessError:
            self.returncode = 1
            return
        if pid:
            self.returncode = os.waitstatus_to_exitcode(status)


def _become(
    name: str, arguments: list[str], parent: int, log: Path, environment: dict[str, str], folder: Path
) -> None:
    """In the child: nothing of the supervisor's may run here any more, so it ends without going back."""
    code = 1
    try:
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        os.setsid()
        name_process(name)
        _redirect(log)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        code = _run(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        _end(code)


def _redirect(log: Path) -> None:
    """Its own log for what it says, and none of the supervisor's files (its lock is one)."""
    silence = os.open(os.devnull, os.O_RDONLY)
    sink = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(silence, 0)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.closerange(3, MOST_FILES)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _run(arguments: list[str]) -> int:
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = list(arguments)
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        return _exit_code(end.code)
    return 0


def _exit_code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _end(code: int) -> None:
    """As the interpreter ends, but without unwinding what the supervisor had begun."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
