"""What the documents name exists: settings, commands, addresses, files."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from jobboard.web import listing_form

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCUMENTS = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "deploy").glob("*.*")),
]
_SPAN = re.compile(r"`([^`\n]+)`")
#: Settings that programs other than the board read.
_OTHERS = {"BOARD_ADS", "BOARD_BENCH", "BOARD_DATA", "BOARD_DATABASES", "PYTHON"}
_WORDS = re.compile(r"\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b|\b(?:HOST|PORT|DEMO)\b")


def settings() -> set[str]:
    """Every name that config.py reads from the environment."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / "config.py").read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        position = {"env.get": 0, "_switch": 1, "_number": 1}.get(called)
        if position is not None and isinstance(node.args[position], ast.Constant):
            found.add(str(node.args[position].value))  # type: ignore[attr-defined]
    return found


def spans(document: Path) -> list[str]:
    return _SPAN.findall(document.read_text(encoding="utf-8"))


def test_the_readme_explains_every_setting_and_no_other() -> None:
    table = README.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in _SPAN.findall(row)}
    assert explained == settings()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_settings_that_a_document_names_exist(document: Path) -> None:
    if document.suffix == ".py":
        return
    named = {
        name
        for span in (
            spans(document)
            if document.suffix == ".md"
            else re.findall(r"^#? ?([A-Z_]+)=", document.read_text(encoding="utf-8"), re.MULTILINE)
        )
        for name in re.findall(r"^([A-Z][A-Z_]+)(?:=.*)?$", span)
        if "_" in name or name in {"HOST", "PORT", "DEMO"}
    }
    assert named - settings() - _OTHERS == set()


@pytest.mark.one_database
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_a_document_names_exist(document: Path, app: Flask) -> None:
    text = document.read_text(encoding="utf-8")
    known = set(app.cli.commands)
    named = set(re.findall(r"(?:^|[`/ ])jobboard ([a-z][a-z-]+)\b(?=[ `\n])", text, re.MULTILINE))
    commands = {
        name for name in named if f"`jobboard {name}" in text or f"bin/jobboard {name}" in text
    }
    assert commands - known == set()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", text)) - targets == set()


@pytest.mark.one_database
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_addresses_and_files_that_a_document_names_exist(document: Path, app: Flask) -> None:
    if document.suffix != ".md":
        return
    missing = []
    for span in spans(document):
        path = span.split("?")[0]
        if re.fullmatch(r"/[\w./-]*", path) and not _is_address(app, path):
            missing.append(span)
        if re.fullmatch(r"[\w-]+(/[\w.-]+)+/?", path) and not _is_file(path):
            missing.append(span)
    assert missing == []


def test_the_proxy_lets_in_as_much_as_the_board_takes() -> None:
    settings = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", settings)
    assert int(megabytes) * 1024 * 1024 == listing_form.LONGEST_REQUEST


def _is_address(app: Flask, path: str) -> bool:
    if (ROOT / path.lstrip("/")).exists() or path.startswith("/srv/"):
        return True
    adapter = app.url_map.bind("localhost")
    try:
        adapter.match(path)
    except RequestRedirect:
        return True
    except MethodNotAllowed:
        return True
    except NotFound:
        return False
    return True


def _is_file(path: str) -> bool:
    return any((base / path).exists() for base in (ROOT, ROOT / "jobboard", ROOT / "templates"))
