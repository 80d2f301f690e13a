"""What the tests can use beyond Python: Chromium, sipp, a Chinese font. Root gets them from the distribution.

Never an obstacle: where they cannot be had, the tests that need them are skipped, and the last lines say so.
"""

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = {"chromium-headless-shell": "chromium-headless-shell", "sipp": "sip-tester"}
CHROMIUM = "chromium"
"""Where its headless shell is not to be had: with a window nobody sees it takes four times the processor."""
CHINESE_FONT = "fonts-noto-cjk"
FONT_FOLDER = Path("/usr/share/fonts/opentype/noto")


def missing() -> list[str]:
    """Names of the distribution's packages that would bring what is not there."""
    lacking = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    has_font = any(FONT_FOLDER.glob("NotoSansCJK*"))
    return lacking if has_font else [*lacking, CHINESE_FONT]


def install(packages: list[str]) -> None:
    if not packages or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"· installing {', '.join(packages)} for the tests", flush=True)
    apt_get("update")
    # One by one: a package this distribution does not have must not keep the others away.
    for package in packages:
        apt_get("install", "--no-install-recommends", package)
    if not any(map(shutil.which, ("chromium-headless-shell", CHROMIUM))):
        apt_get("install", "--no-install-recommends", CHROMIUM)


def apt_get(*arguments: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(["apt-get", "-qq", "-y", *arguments], env=quiet, capture_output=True, timeout=600)
    except subprocess.TimeoutExpired:
        print(f"· apt-get {arguments[0]} took too long; going on without", flush=True)


if __name__ == "__main__":
    install(missing())
