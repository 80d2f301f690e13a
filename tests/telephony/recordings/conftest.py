from types import SimpleNamespace

import pytest

from tests.telephony.recordings.shelf import furnish


@pytest.fixture
def shelf(acme, globex, member, now, settings, tmp_path) -> SimpleNamespace:
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(tmp_path)}
    return furnish(acme, globex, member, now, tmp_path)
