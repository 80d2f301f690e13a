"""`manage.py measure_capacity`: measure what this installation bears and keep it for the capacity page."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from telephony.cells.capacity import keep_measurement


class Command(BaseCommand):
    help = (
        "Measure the limits of this installation, in two minutes at most, and keep them for the capacity page. "
        "It uses servers of its own and touches no call; run it at a quiet hour. Ctrl-C cancels it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="capacity-") as folder:
            found = self._measured(Path(folder) / "found.json")
        row = keep_measurement(
            at=timezone.now(),
            hardware=found["hardware"],
            figures=found["figures"],
            not_run=found["not_run"],
        )
        for name, figure in row.figures.items():
            self.stdout.write(f"{name}: {figure['limit']:,} {figure['unit']} ({figure['how']})")
        for name, why in row.not_run.items():
            self.stdout.write(f"{name}: not run: {why}")

    def _measured(self, path: Path) -> dict[str, Any]:
        """A process of its own: it brings its own settings and servers. Its progress is shown as it comes."""
        argv = [sys.executable, "-m", "benchmarks.capacity", "--json", str(path)]
        process = subprocess.Popen(argv, cwd=settings.BASE_DIR)
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise CommandError("Cancelled: nothing was written.") from None
        if code or not path.exists():
            raise CommandError("Nothing could be measured; what went wrong stands above.")
        return dict(json.loads(path.read_text()))
