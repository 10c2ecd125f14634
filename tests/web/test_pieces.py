"""Templates drawn once, with gaps: what is filled in and what is kept."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale
from markupsafe import escape

from jobboard.web import pieces as module
from jobboard.web.pieces import Kept, Piece, all_escaped, gap, pieces


@pytest.fixture(autouse=True)
def _page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_gaps_are_filled_by_name_as_often_as_they_stand() -> None:
    piece = Piece(f"<p>{gap('one')} {gap('two')} {gap('one')}</p>")
    assert piece.filled({"one": "1", "two": "2", "three": "3"}) == "<p>1 2 1</p>"


def test_what_is_filled_in_is_not_looked_through_for_gaps() -> None:
    piece = Piece(f"<p>{gap('one')}</p>")
    assert piece.filled({"one": escape("<b>\x00one\x00%(one)s{one}")}) == (
        "<p>&lt;b&gt;\x00one\x00%(one)s{one}</p>"
    )


def test_a_piece_with_one_gap_goes_around_a_value() -> None:
    assert Piece(f"a{gap('x')}b").around("1") == "a1b"
    assert Piece("ab").around("1") == "ab"


def test_a_form_is_drawn_once_for_its_shape_and_language() -> None:
    drawn: list[tuple[object, ...]] = []

    def draw(*shape: object) -> str:
        drawn.append(shape)
        return f"<i>\n      {shape} {gap('x')}</i>"

    first = pieces().form("test", draw, 1, True)
    assert pieces().form("test", draw, 1, True) is first
    assert first.filled({"x": "y"}) == "<i>\n(1, True) y</i>"
    pieces().form("test", draw, 2, True)
    with force_locale("tr"):
        pieces().form("test", draw, 1, True)
    assert drawn == [(1, True), (2, True), (1, True)]


def test_who_works_on_templates_sees_each_change(app: Flask) -> None:
    app.jinja_env.auto_reload = True
    texts = iter(["old", "new"])
    shown = [pieces().form("test", lambda: next(texts)).filled({}) for _ in range(2)]
    assert shown == ["old", "new"]
    pieces().keep("filled", "old")
    assert pieces().find("filled") is None


def test_forms_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_FORMS", 3)
    for number in range(20):
        assert pieces().form("test", str, number).filled({}) == str(number)
    assert len(pieces()._forms) <= 3


def test_what_is_kept_is_bounded_in_bytes_and_the_oldest_goes() -> None:
    kept = Kept(20_000)
    for number in range(100):
        kept.keep(number, "x" * 1_000)
        # Asked for again and again, so it stays.
        kept.find(0)
    assert kept.size <= 20_000
    assert kept.find(0) is not None
    assert kept.find(99) is not None
    assert kept.find(1) is None
    kept.keep(99, "y")
    before = kept.size
    kept.keep(99, "y")
    assert kept.size == before


def test_texts_are_escaped_each_by_itself() -> None:
    texts = ["<b>", "", "R&D", 'an "x"', "plain", "it's", ""]
    assert all_escaped(texts) == [str(escape(one)) for one in texts]
    assert all_escaped(["<"]) == ["&lt;"]
