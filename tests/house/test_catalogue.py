"""Every text that people read stands in the catalogue that translators work from."""

from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "jobboard" / "translations" / "messages.pot"


@pytest.fixture(scope="module")
def in_the_program() -> set[str]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(["N_", "lazy_gettext", "_l"])}
    found = set()
    for folder in ("jobboard", "templates"):
        pairs = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        kept = {
            pattern.removeprefix(f"{folder}/"): values
            for pattern, values in options.items()
            if pattern.startswith(f"{folder}/")
        }
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), pairs, kept, keywords
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_the_catalogue_is_up_to_date(in_the_program: set[str]) -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in read_po(file)
            if message.id
        }
    assert len(in_the_program) > 300
    assert sorted(in_the_program ^ catalogue) == [], "run `make messages`"
