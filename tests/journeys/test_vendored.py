"""Other people's files are the ones their list names."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "static/vendor/vendor.py"


def test_vendored_files_are_what_their_lists_say():
    checked = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
