"""Templates: every one is used, has a title, and nothing that the security policy forbids."""

import ast
import re
from pathlib import Path

import pytest

from jobboard.tables import site_texts

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))
SOURCES = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in ALL}
#: Folders whose files are not pages.
_PARTS = ("layouts", "macros", "mail")
_INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")|<style|\sstyle=|\son[a-z]+=\"",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"^[a-z_]+/[a-z_]+\.(html|txt|xml)$")


def named_in_python() -> set[str]:
    """Every template that the program names as a literal."""
    found = set()
    for path in (ROOT / "jobboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and _TEMPLATE.match(value):
                found.add(value)
    # One view shows them all, by their names.
    found.update(f"pages/{name}.html" for name in site_texts.NAMES)
    return found


def pages() -> list[str]:
    return [
        name
        for name in ALL
        if name.split("/")[0] not in _PARTS and not name.split("/")[-1].startswith("_")
    ]


def test_every_template_that_is_named_exists_and_every_page_is_named() -> None:
    named = named_in_python()
    assert sorted(named - set(ALL)) == []
    assert sorted(set(pages()) - named) == []


def test_every_fragment_is_used() -> None:
    everything = "\n".join(SOURCES.values())
    fragments = [
        name for name in ALL if name.split("/")[-1].startswith("_") and not name.startswith("mail/")
    ]
    unused = [
        name
        for name in fragments
        if f'"{name}"' not in everything and name not in named_in_python()
    ]
    assert unused == []


def test_every_macro_is_used() -> None:
    defined = {
        (name, macro)
        for name in ALL
        if name.startswith("macros/")
        for macro in re.findall(r"{%-?\s*macro\s+(\w+)\(", SOURCES[name])
    }
    used = {
        (name, macro)
        for name, macro in defined
        for source_name, source in SOURCES.items()
        if re.search(rf"\b{macro}\(", _without_definition(source, macro))
        and (source_name == name or f'"{name}" import' in source)
    }
    assert sorted(defined - used) == []


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("mail/")])
def test_nothing_is_inline(name: str) -> None:
    assert _INLINE.findall(SOURCES[name]) == []


@pytest.mark.parametrize("name", pages())
def test_every_page_has_a_title(name: str) -> None:
    source = SOURCES[name]
    extended = re.search(r'{% extends "([^"]+)" %}', source)
    assert extended is not None, "a page stands in a layout"
    assert "{% block title %}" in source or "{% block title %}" in SOURCES[extended[1]].replace(
        "{% block title %}{% endblock %}", ""
    )


def _without_definition(source: str, macro: str) -> str:
    return re.sub(rf"macro\s+{macro}\(", "", source)
