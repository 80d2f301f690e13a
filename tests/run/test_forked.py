"""A forked part: it says, ends and is waited for like a program of its own, and touches nothing of its parent's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# A fork needs a process with one thread; the tests' own has several. So each story is a program.
STORY = """
import os, sys, time
from pathlib import Path
from contactcenter.run.forked import Forked
folder = Path(sys.argv[1])
def forked(source, **more):
    (folder / "part.py").write_text(source)
    environment = {"PATH": os.environ["PATH"], "ONLY": "this"} | more
    return Forked("part", ["part.py", "word"], log=folder / "part.log", environment=environment, folder=folder)
def log():
    return (folder / "part.log").read_text()
"""


@pytest.fixture
def tell(tmp_path: Path):
    def run(story: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", STORY + story, str(tmp_path)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_has_its_own_words_folder_environment_and_log(tell):
    said = tell("""
part = forked("import os, sys; print(sys.argv, os.getcwd(), sorted(os.environ.items())[0], __name__)")
print(part.wait(), part.returncode, part.poll())
print(log())
""")
    first, second, *_ = said.splitlines()
    assert first == "0 0 0"
    assert second.startswith("['part.py', 'word'] ")
    assert second.endswith("('ONLY', 'this') __main__")


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no database')", 1, "no database"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
    ],
)
def test_how_it_ended_is_told(tell, source, code, words):
    said = tell(f"part = forked({source!r}); print(part.wait(20)); print(log())")
    assert said.startswith(f"{code}\n")
    assert words in said


def test_the_parents_cleaning_up_is_not_the_childs(tell):
    said = tell("""
try:
    part = forked("print('child')")
    part.wait(20)
finally:
    print("parent cleans up")
""")
    assert said == "parent cleans up\n"


def test_it_holds_no_file_of_its_parent(tell):
    said = tell("""
lock = open(folder / "lock", "w")
part = forked("import os; print(sorted(os.readlink('/proc/self/fd/' + n) for n in os.listdir('/proc/self/fd')))")
part.wait(20)
print("lock" in log().replace("part.log", ""))
""")
    assert said == "False\n"


def test_a_wait_that_is_over_says_so_and_a_kill_ends_it(tell):
    said = tell("""
import subprocess
part = forked("import time; time.sleep(600)")
try:
    part.wait(0.2)
except subprocess.TimeoutExpired:
    print("still there", part.poll())
part.kill()
print(part.wait(20))
""")
    assert said == "still there None\n-9\n"


def test_when_the_parent_is_killed_it_stops_too(tmp_path):
    story = (
        STORY + 'part = forked("import time; time.sleep(600)"); print(part.pid, flush=True); time.sleep(600)'
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", story, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(parent.stdout.readline())
    watch = os.pidfd_open(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    import select

    assert select.select([watch], [], [], 30)[0] == [watch]
