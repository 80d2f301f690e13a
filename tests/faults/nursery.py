"""Workers that start at once: everything is imported here, once, and each worker is a fork of this process.

`python -m tests.faults.nursery` answers each line on its input with the process id of one more worker. It is the same
worker as `manage.py run_telephony`; only the two seconds of importing are saved, three hundred times.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from contactcenter.run.kernel import die_with_parent
    from telephony.worker.assembly import assemble

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    # From here on whatever is printed is the workers' log.
    os.dup2(2, 1)
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            die_with_parent()
            _work(assemble)
        answers.write(f"{child}\n")
        answers.flush()


def _work(assemble) -> None:  # noqa: ANN001
    from django.conf import settings

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    crew = assemble(settings.SWITCH, worker_id=f"{socket.gethostname()}:{os.getpid()}")
    signal.signal(signal.SIGTERM, lambda *_: crew.worker.stop())
    try:
        crew.run()
    except BaseException:
        # The log must say why a worker is gone that nobody killed.
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
