"""A report from outside whose length is told as no number is refused in words, and leaves nothing."""

import pytest
from django.utils import timezone

from tenants.service.actions.outside import add_watcher
from tenants.service.models import OutsideWatcher, PartSpan
from tenants.service.parts import OUTSIDE_WEB
from tests.service.test_outside import post


@pytest.mark.parametrize("length", ["x", "-1", "1.5", "²", "9" * 5000])
def test_a_length_that_is_no_number_is_refused_in_words(watch, length):
    _row, key = add_watcher(name="hongkong", cell="north", is_counted=True, at=timezone.now())
    body = {"looks": [{"at": timezone.now().timestamp(), "found": {"web": ["down", ""]}}]}
    answer = post(body, key, CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_length")
    assert "Content-Length" in answer.json()["message"]
    assert not PartSpan.objects.filter(part=OUTSIDE_WEB).exists()
    assert OutsideWatcher.objects.get().last_report_at is None
