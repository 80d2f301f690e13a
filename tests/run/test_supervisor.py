"""The supervisor's own promises, on small processes: started again, stopped in order, nothing left behind."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from contactcenter.environment import PROJECT
from contactcenter.run import __main__ as start
from contactcenter.run.child import Child
from contactcenter.run.choices import require_free
from contactcenter.run.crew import Crew
from contactcenter.run.failures import CannotRun
from contactcenter.run.postgres import Postgres
from contactcenter.run.secrets_file import Secrets

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def child(tmp_path, name, command, stage=0):
    return Child(name, command, tmp_path / f"{name}.log", dict(os.environ), stage)


def eventually(is_so, seconds=15.0):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_what_ends_by_itself_starts_again_after_a_growing_pause(tmp_path, capsys):
    failing = child(tmp_path, "worker", [sys.executable, "-c", "raise SystemExit(3)"])
    failing.start()
    failing.process.wait()
    now = time.monotonic()
    failing.look_after(now)
    first = failing.process
    failing.look_after(now + 0.5)
    assert failing.process is first
    failing.look_after(now + 1.1)
    assert failing.process is not first
    failing.process.wait()
    failing.look_after(now + 2)
    said = capsys.readouterr().out
    assert "worker ended (exit code 3); it starts again in 1 s." in said
    assert "worker ended (exit code 3); it starts again in 2 s." in said


def test_a_killed_child_is_said_with_its_signal(tmp_path, capsys):
    killed = child(tmp_path, "worker", SLEEP)
    killed.start()
    killed.process.kill()
    killed.process.wait()
    killed.look_after(time.monotonic())
    assert "worker ended (signal 9); it starts again in 1 s." in capsys.readouterr().out


def test_speakers_stop_before_what_they_speak_to(tmp_path):
    order = tmp_path / "order"
    noting = (
        "import signal, sys, time\n"
        "def stop(*_):\n"
        "    open(sys.argv[2], 'a').write(sys.argv[1] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "open(sys.argv[2] + '.' + sys.argv[1], 'w').close()\n"
        "time.sleep(600)\n"
    )
    crew = Crew()
    for name, stage in (("database", 2), ("switch", 1), ("web", 0)):
        crew.start(child(tmp_path, name, [sys.executable, "-c", noting, name, str(order)], stage))
    assert eventually(lambda: all(Path(f"{order}.{name}").exists() for name in ("database", "switch", "web")))
    crew.stop()
    assert order.read_text() == "web switch database "


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path):
    program = (
        "import sys, time, pathlib\n"
        "from contactcenter.run.child import Child\n"
        "from contactcenter.run.crew import Crew\n"
        "import os\n"
        "crew, here = Crew(), pathlib.Path(sys.argv[1])\n"
        "one = crew.start(Child('one', [sys.executable, '-c', 'import time; time.sleep(600)'], here / 'one.log',"
        " dict(os.environ)))\n"
        "print(one.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    pid = int(supervisor.stdout.readline())
    assert not is_gone(pid)
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: is_gone(pid))


def test_a_child_hears_ctrl_c_though_the_shell_told_us_to_ignore_it(tmp_path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        told = child(tmp_path, "told", SLEEP)
        told.start()
    finally:
        signal.signal(signal.SIGINT, before)
    told.process.send_signal(signal.SIGINT)
    # Python itself turns SIGINT into an exit; an inherited "ignore" would keep it alive.
    assert told.process.wait(10) != 0


def test_a_port_in_use_is_named_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotRun) as refusal:
            require_free(port, "PORT", "127.0.0.1")
    assert f"Port {port} (PORT) is in use." in str(refusal.value)
    assert "or choose another: PORT=" in str(refusal.value)


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path):
    first = Secrets.of(tmp_path)
    assert Secrets.of(tmp_path) == first
    path = tmp_path / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    known = json.loads(path.read_text())
    assert len(set(known.values())) == len(known)
    assert all(len(value) >= 40 for value in known.values())


def test_a_new_kind_of_secret_joins_the_old_ones(tmp_path):
    (tmp_path / "secrets.json").write_text('{"secret_key": "kept"}')
    assert Secrets.of(tmp_path).secret_key == "kept"
    assert Secrets.of(tmp_path).switch_secret


def test_a_broken_secrets_file_is_never_overwritten(tmp_path):
    (tmp_path / "secrets.json").write_text("{half")
    with pytest.raises(CannotRun):
        Secrets.of(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == "{half"


def test_a_pid_file_left_by_a_power_cut_does_not_keep_the_database_down(tmp_path):
    cluster = Postgres(tmp_path / "pg", "secret", is_durable=False)
    assert cluster.make() is True
    # The number belongs to somebody else by now: to us.
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n")
    assert cluster.make() is False
    server = cluster.start(tmp_path / "pg.log")
    try:
        assert cluster.answers()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def test_data_of_another_version_are_left_alone(tmp_path):
    cluster = Postgres(tmp_path / "pg", "secret", is_durable=False)
    cluster.make()
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotRun, match="are PostgreSQL 9's"):
        cluster.make()
    assert (cluster.data / "pg_hba.conf").exists()


def test_the_database_refuses_a_wrong_password(tmp_path):
    cluster = Postgres(tmp_path / "pg", "secret", is_durable=False)
    cluster.make()
    server = cluster.start(tmp_path / "pg.log")
    try:
        assert not Postgres(tmp_path / "pg", "guess", is_durable=False).answers()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def test_a_stop_that_is_lost_while_python_forks_is_not_forgotten(tmp_path, monkeypatch):
    seen: list[str] = []

    class LossyCrew:
        def look_after(self) -> None:
            assert len(seen) < 5, "asked to stop, and stays"
            seen.append("looked")
            with contextlib.suppress(start.Stop):
                start.ask_to_stop(signal.SIGINT, None)

        def stop(self) -> None:
            seen.append("stopped")

    product = SimpleNamespace(start=lambda: None, crew=LossyCrew())
    choices = SimpleNamespace(run_dir=tmp_path, logs=tmp_path / "logs", check_ports=lambda: None)
    monkeypatch.setattr(start, "Product", lambda *_given: product)
    monkeypatch.setattr(start.Readiness, "look", lambda _self: None)
    monkeypatch.setattr(start.Stop, "was_asked", False)
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(start.Stop):
            start.serve(choices)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    assert seen == ["looked", "stopped"]
