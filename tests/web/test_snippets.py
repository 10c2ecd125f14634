"""Marked pieces of texts on cards."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask

from jobboard import clock
from jobboard.db import db
from jobboard.domain.criteria import Criteria
from jobboard.queries import cards as find
from jobboard.search import engine
from jobboard.web.drawn_cards import marks_in_titles
from jobboard.web.snippets import _snippet, snippets
from tests.support.listings import listing
from tests.support.people import NOW


@pytest.fixture(autouse=True)
def _page(app: Flask) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), app.test_request_context():
        yield


def found(words: str, **columns: Any) -> list[str]:
    listing(db.session, **columns)
    now = clock.now()
    hits = engine.search(Criteria(q=words), now)
    rows = find.by_ids(hits.ids, now)
    marks = marks_in_titles(rows, hits.terms)
    return list(snippets(rows, words, hits.terms, marks).values())


def text(sentence: str) -> str:
    """A long text with the sentence deep inside."""
    filler = "Something else is written here. " * 200
    return f"{filler}\n\n{sentence}\n\n{filler}"


def test_the_piece_around_the_words_is_shown_with_marks() -> None:
    [piece] = found("dredging", description=text("We look after dredging and silt."))
    assert "look after <mark>dredging</mark> and silt." in piece
    assert len(piece) < 260


def test_points_of_a_list_do_not_run_into_each_other() -> None:
    listed = text(
        "## Duties\n\n- Chart the silt\n- Measure dredging depths\n- Rest.\n\nThen go home."
    )
    [piece] = found("dredging", description=listed)
    assert "Duties · Chart the silt · Measure <mark>dredging</mark> depths · Rest. Then" in piece


@pytest.mark.one_database
def test_a_piece_begins_and_ends_with_words() -> None:
    for length in range(0, 300, 5):
        link = f'<a href="https://a.example/{"z" * length}">dredging</a>'
        html = (
            f"<p>{'word ' * 80}</p> <h2>Duties</h2> <p>{link} depths</p><h3>How</h3><h3>Go on</h3>"
        )
        row = find.by_ids([listing(db.session, title="Officer").id], clock.now())[0]
        [piece] = [_snippet(row, f"{html}<p>{'word ' * length}</p>", frozenset({"dredging"}))]
        assert piece[0] == "…", piece
        assert piece[1].isalnum() or piece.startswith("…<mark>"), piece
        assert piece.rstrip("…")[-1].isalnum(), piece


def test_other_forms_of_the_words_are_marked_too() -> None:
    [piece] = found("analyse treaty", title="Officer", description=text("Analysing old treaties."))
    assert "<mark>Analysing</mark> old <mark>treaties</mark>" in piece


def test_accents_do_not_hide_a_word() -> None:
    [piece] = found("sirnak", title="Officer", description=text("Work in Şırnak and Gümüşhane."))
    assert "<mark>Şırnak</mark>" in piece


def test_a_title_that_holds_all_words_needs_no_piece() -> None:
    assert found("port officer", title="Port Officer", description=text("A port officer.")) == []


def test_a_listing_found_by_its_place_shows_no_piece() -> None:
    assert found("istanbul", title="Officer", description=text("Nothing of it.")) == []


def test_code_in_a_text_stays_text() -> None:
    evil = "<p>A &lt;img src=x onerror=alert(1)&gt; bathymetry &amp;lt; sonar</p>"
    [piece] = found("bathymetry", title="Officer", description=evil, description_format="html")
    assert "<img" not in piece
    assert "&lt;img src=x onerror=alert(1)&gt; <mark>bathymetry</mark> &amp;lt; sonar" in piece


def test_no_words_no_pieces() -> None:
    assert found("", description=text("x")) == []
