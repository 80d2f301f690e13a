"""A15: ten thousand files that are no sounds, or lie about what they are: refused by name, in bounded memory.

The program that decodes may die of one: it is a process of its own for each file, and its death is a refusal too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from telephony.console.sound_files import read_upload
from telephony.sounds import decoding, store
from telephony.sounds.processing import LONGEST_SECONDS, REFUSALS, SoundRefused, made_of
from tests.attacks.payloads import chance, files, texts
from tests.telephony.prompts.conftest import tone

SAMPLES = Path(__file__).parents[1] / "telephony" / "prompts" / "samples"
IN_ONE = 500
RUNNER = """
import importlib.util, json, resource, sys
found = importlib.util.spec_from_file_location("decoding", sys.argv[1])
decoding = importlib.util.module_from_spec(found)
found.loader.exec_module(decoding)
for name in sys.stdin.read().split():
    told = decoding.main(name, name + ".wav", sys.argv[2])
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"told": told, "kilobytes": kilobytes}), flush=True)
"""
MOST_KILOBYTES = 400 * 1024
"""Of a process that has judged many files one after the other; one file alone needs far less."""


def good() -> list[bytes]:
    found = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
    return [*found, tone(0.3), tone(0.2, rate=44100, channels=2)]


def judged(paths: list[Path]) -> tuple[list[dict], int]:
    """What the program that decodes says of each, many in one process, and the most kilobytes it needed.

    Where it dies it is begun anew behind the file it died of: as `_child` calls it, that file would be "broken".
    """
    command = [sys.executable, "-I", "-c", RUNNER, decoding.__file__, str(LONGEST_SECONDS)]
    told: list[dict] = []
    most = 0
    while len(told) < len(paths):
        names = "\n".join(map(str, paths[len(told) :]))
        done = subprocess.run(command, input=names, capture_output=True, text=True, timeout=100)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        most = max([most, *(line["kilobytes"] for line in lines)])
        told += [line["told"] for line in lines]
        if done.returncode:
            assert done.returncode < 0, done.stderr[-2000:]
            told.append({"refused": "broken"})
    return told, most


def test_a_file_that_lies_is_refused_by_name_or_becomes_a_sound(tmp_path: Path) -> None:
    refused, made = 0, 0
    batch: list[Path] = []
    for place, content in enumerate(files(chance(), good()), start=1):
        path = tmp_path / f"{place}"
        path.write_bytes(content)
        batch.append(path)
        if len(batch) < IN_ONE:
            continue
        told, kilobytes = judged(batch)
        assert kilobytes < MOST_KILOBYTES
        assert len(told) == len(batch)
        refused += sum("refused" in one for one in told)
        made += sum("seconds" in one for one in told)
        assert {one["refused"] for one in told if "refused" in one} <= set(REFUSALS)
        assert all(one["seconds"] <= LONGEST_SECONDS for one in told if "seconds" in one)
        for one in tmp_path.iterdir():
            one.unlink()
        batch.clear()
    assert refused + made == 10_000
    assert min(refused, made) > 1_000


def test_the_way_from_the_page_refuses_them_alike() -> None:
    reasons = set()
    for content in files(chance(), good(), many=25):
        try:
            assert made_of(content).content[:4] == b"RIFF"
        except SoundRefused as wrong:
            reasons.add(wrong.reason)
    assert reasons
    assert reasons <= set(REFUSALS)


def test_two_gigabytes_are_refused_by_their_length_and_never_read() -> None:
    """A file of that size stands on the web's disk by then, not in its memory."""
    given = Mock(size=2 * 2**30)
    with pytest.raises(SoundRefused) as refused:
        read_upload(Mock(FILES={"file": given}))
    assert refused.value.reason == "too_large"
    given.read.assert_not_called()


def test_no_text_leads_out_of_the_folder_of_sounds() -> None:
    for payload in texts(chance()):
        with pytest.raises(ValueError, match="SHA-256"):
            store.path_of("acme", payload)
        with pytest.raises(ValueError, match="schema"):
            store.path_of(f"a/{payload}", "a" * 64)
