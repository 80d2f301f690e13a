#!/usr/bin/env python3
"""Makes .venv from the pinned requirements, then becomes `python -m contactcenter.run` (or what it is told).

Standard library only: on a fresh machine there is nothing else. uv when it is there, else venv and pip with hashes.

    bootstrap.py run              install what the product needs, start it
    bootstrap.py install [--dev]  install and stop
    bootstrap.py exec [--dev] python -m pytest …
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".requirements"
OLDEST = (3, 11)


def end(problem):
    print(problem, file=sys.stderr)
    sys.exit(1)


def digest_of(files):
    whole = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in files:
        whole.update((PROJECT / name).read_bytes())
    return whole.hexdigest()


def is_installed(files):
    """Development requirements contain the others, so their stamp answers for both."""
    try:
        return PYTHON.exists() and digest_of(files) in STAMP.read_text().split()
    except OSError:
        return False


def ensure(dev):
    product, all_of_it = ["requirements.txt"], ["requirements.txt", "requirements-dev.txt"]
    wanted = all_of_it if dev else product
    if is_installed(wanted):
        return
    print("· installing packages" + (" for tests and checks" if dev else ""), flush=True)
    uv = shutil.which("uv")
    make_venv(uv)
    install(uv, wanted)
    stamps = [digest_of(product)] + ([digest_of(all_of_it)] if dev else [])
    STAMP.write_text("\n".join(stamps))


def make_venv(uv):
    if PYTHON.exists():
        return
    if uv:
        call([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)])
    elif subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        end(
            "Python cannot make a virtual environment. Install its venv (Debian: apt install python3-venv) or uv."
        )


def install(uv, files):
    listed = [part for name in files for part in ("-r", name)]
    if uv:
        call(
            [
                uv,
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "--no-deps",
                "--python",
                str(PYTHON),
                *listed,
            ]
        )
    else:
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
        for one in listed[1::2]:
            call([*pip, "install", "--quiet", "--use-pep517", "--require-hashes", "--no-deps", "-r", one])


def call(command):
    if subprocess.run(command, cwd=PROJECT).returncode:
        end("The packages could not be installed: see the lines above. Nothing was started.")


def become(command):
    environment = dict(os.environ)
    environment["PATH"] = f"{VENV / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    environment["VIRTUAL_ENV"] = str(VENV)
    os.chdir(PROJECT)
    os.execvpe(command[0], command, environment)  # noqa: S606


def main(arguments):
    if sys.version_info < OLDEST:
        end(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Choose one: make PYTHON=python3.12 run"
        )
    dev = "--dev" in arguments[:2]
    rest = [argument for argument in arguments if argument != "--dev"] or ["run"]
    ensure(dev)
    if rest[0] == "run":
        become([str(PYTHON), "-m", "contactcenter.run", *rest[1:]])
    elif rest[0] == "exec":
        become(rest[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
