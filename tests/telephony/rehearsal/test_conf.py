"""Reading the configuration the real switch would read."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.freeswitch.rehearsal import conf
from tests.telephony.rehearsal.theatre import PASSWORD, write_conf


def test_settings_includes_and_variables(tmp_path: Path) -> None:
    read = conf.read(write_conf(tmp_path, web="http://127.0.0.1:1"))
    assert read.setting("event_socket", "password") == PASSWORD
    assert read.setting("event_socket", "nothing", "usual") == "usual"
    assert read.setting("event_socket", "nothing", "another") == "another"
    assert read.setting("no_such", "thing") == ""
    assert read.profile_setting("external", "context") == "public"
    assert read.globals["recordings_dir"] == f"{tmp_path}/recordings"
    assert [context.get("name") for context in read.contexts()] == ["public", "cc"]
    assert read.switch_name == "stage"
    [dialplan, directory] = read.bindings()
    assert (dialplan.url, dialplan.sections, dialplan.credentials, dialplan.timeout) == (
        "http://127.0.0.1:1/dialplan",
        ("dialplan",),
        "switch:web-secret",
        0.3,
    )
    assert directory.sections == ("directory",)


def test_what_was_found_is_remembered_by_that_configuration_alone(tmp_path: Path) -> None:
    directory = write_conf(tmp_path, web="http://127.0.0.1:1")
    before = conf.read(directory)
    assert (before.switch_name, len(before.bindings())) == ("stage", 2)
    main = directory / "freeswitch.xml"
    main.write_text(main.read_text().replace('value="stage"', 'value="another"').replace(":1/", ":2/"))
    after = conf.read(directory)
    assert (before.switch_name, after.switch_name) == ("stage", "another")
    urls = [
        binding.url.removeprefix("http://127.0.0.1") for binding in (*before.bindings(), *after.bindings())
    ]
    assert urls == [":1/dialplan", ":1/directory", ":2/dialplan", ":2/directory"]


def test_no_program_of_the_configuration_runs(tmp_path: Path) -> None:
    assert "owned" not in conf.read(write_conf(tmp_path)).globals


def test_a_missing_or_broken_configuration_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(conf.ConfigurationError, match="has no freeswitch.xml"):
        conf.read(tmp_path)
    (tmp_path / "freeswitch.xml").write_text("<document>")
    with pytest.raises(conf.ConfigurationError, match="not well-formed"):
        conf.read(tmp_path)


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "freeswitch.xml").write_text('<X-PRE-PROCESS cmd="include" data="freeswitch.xml"/>')
    with pytest.raises(conf.ConfigurationError, match="too deeply"):
        conf.read(tmp_path)
