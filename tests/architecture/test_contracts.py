"""The floors hold: imports, sizes, names, words."""

import ast
import re
import subprocess
import sys

import pytest

from contactcenter import translations
from contactcenter.checks import sizes
from contactcenter.environment import PROJECT

SCHEMA_WORDS = re.compile(r"\b(schema_context|tenant_context|set_tenant|set_schema(_to_public)?)\b")
# The doors into a schema, and what makes one.
DOORS = {"tenants/context.py", "contactcenter/middleware/tenancy.py", "contactcenter/management/commands"}
HOSTS_OF_PACKAGES = re.compile(
    r"pypi\.org|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs|mirrors?\.[a-z]+\.[a-z]+|tuna\."
)
APPS = ("contactcenter", "tenants", "telephony", "ticketing", "quality", "reporting")


def python_files(*folders):
    found = (path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def test_imports_keep_their_contracts():
    code = "from importlinter.cli import lint_imports_command as c; c()"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_functions_and_files_stay_small(capsys):
    assert sizes.main() == 0, capsys.readouterr().out


def test_every_text_has_its_translation():
    assert [f"{text.place} {text.words!r}" for text in translations.missing()] == []


def test_a_text_has_one_translation_everywhere():
    assert translations.told_apart() == []


def test_placeholders_survive_translation():
    """A lost %(name)s is a crash in one language only."""
    placeholder = re.compile(r"%\(\w+\)[sd]|%[sd](?![a-z])|\{\w*\}")
    wrong = []
    for path in translations.catalogue_files():
        for message in translations._read(path):
            words = message.string[0] if isinstance(message.string, tuple) else message.string
            source = message.id[-1] if isinstance(message.id, tuple) else message.id
            if source and words and set(placeholder.findall(source)) != set(placeholder.findall(words)):
                wrong.append(f"{path.relative_to(PROJECT)}: {source!r}")
    assert wrong == []


def test_only_the_doors_name_a_schema():
    named = [
        str(path.relative_to(PROJECT))
        for path in python_files(*APPS)
        if SCHEMA_WORDS.search(path.read_text())
        and not str(path.relative_to(PROJECT)).startswith(tuple(DOORS))
    ]
    assert named == []


def test_nothing_names_where_packages_come_from():
    suffixes = {".py", ".toml", ".txt", ".in", ".md", ".yaml", ".yml", ".cfg", ".html", ".js", ""}
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True).stdout.split(
        "\n"
    )
    files = [PROJECT / name for name in listed if name]
    named = [
        str(path.relative_to(PROJECT))
        for path in files
        if path.suffix in suffixes
        and path.is_file()
        and "vendor" not in path.parts
        and path.name != "test_contracts.py"
        and HOSTS_OF_PACKAGES.search(path.read_text(errors="replace"))
    ]
    assert named == []


@pytest.mark.parametrize("app", APPS)
def test_a_blind_except_logs(app):
    """`except Exception` stands only where a loop must live, and it writes down what it caught."""
    silent = []
    for path in python_files(app):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ExceptHandler) and _is_blind(node) and not _speaks(node):
                silent.append(f"{path.relative_to(PROJECT)}:{node.lineno}")
    assert silent == []


def _is_blind(handler):
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "Exception")


def _speaks(handler):
    calls = (node for node in ast.walk(handler) if isinstance(node, ast.Call))
    named = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    return bool(named & {"exception", "error", "warning"}) or any(
        isinstance(n, ast.Raise) for n in ast.walk(handler)
    )
