"""What Linux must do for us: a child whose parent was killed is told to stop, so nothing is left behind."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Between fork and exec. Also gives the child ordinary signals: a shell's `&` leaves SIGINT ignored."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def stop_with_parent() -> None:
    """Started by make: when make is killed, we are asked to stop. Started by hand, we outlive the shell."""
    if os.environ.get("MAKELEVEL"):
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def name_process(name: str) -> None:
    """What `top` and `ps -o comm` call it; a name is cut to 15 characters."""
    _libc.prctl(PR_SET_NAME, name.encode()[:15])
