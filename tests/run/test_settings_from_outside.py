"""Wrong or missing settings: one clear line, an exit code that is not 0, nothing started."""

import os
import subprocess
import sys

import pytest

from contactcenter.environment import PROJECT

CHOSEN = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PORT",
    "RUN_DIR",
    "FREESWITCH_PASSWORD",
    "SWITCH_SECRET",
)


def run(*command, tmp_path, **settings):
    clean = {name: value for name, value in os.environ.items() if name not in CHOSEN}
    environment = clean | {"RUN_DIR": str(tmp_path / "run")} | settings
    return subprocess.run(
        [sys.executable, *command], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "Wrong setting PORT: a whole number from 1 to 65535 is wanted, not 'eighty'."),
        ("PORT", "70000", "Wrong setting PORT: a whole number from 1 to 65535 is wanted, not '70000'."),
        (
            "DATABASE_URL",
            "mysql://a@b/c",
            "Wrong setting DATABASE_URL: postgresql://user:password@host:5432/name",
        ),
        ("DATABASE_URL", "postgresql://u:p@h:x/n", "Wrong setting DATABASE_URL: it is not an address."),
        ("REDIS_URL", "memcached://x", "Wrong setting REDIS_URL: redis://:password@host:6379/0 is wanted."),
        ("FREESWITCH_KIND", "asterisk", "Wrong setting FREESWITCH_KIND: "),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line(name, value, says, tmp_path):
    done = run("-m", "contactcenter.run", tmp_path=tmp_path, **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(says)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "run" / "pg").exists()


def test_a_real_database_wants_a_secret_key(tmp_path):
    done = run("manage.py", "check", tmp_path=tmp_path, DATABASE_URL="postgresql://u:p@127.0.0.1:1/n")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Wrong setting SECRET_KEY: it is missing. Set it to a long random text (docs/operations.md)."
    ]


def test_a_silent_database_is_said_in_one_line(tmp_path):
    done = run(
        "manage.py",
        "migrate_schemas",
        tmp_path=tmp_path,
        DATABASE_URL="postgresql://u:p@127.0.0.1:1/n",
        SECRET_KEY="x",
        DATABASE_POOL="0",
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("The database does not answer (")
    assert "Traceback" not in done.stderr


def test_a_switch_elsewhere_wants_its_password(tmp_path):
    done = run("-m", "contactcenter.run", tmp_path=tmp_path, FREESWITCH_HOST="10.0.0.9")
    assert done.returncode == 1
    assert (
        done.stderr
        == "FREESWITCH_HOST is set but FREESWITCH_PASSWORD is not: the event socket asks for it.\n"
    )


def test_nothing_has_to_be_set_to_look_at_the_code(tmp_path):
    assert run("manage.py", "check", tmp_path=tmp_path).returncode == 0
