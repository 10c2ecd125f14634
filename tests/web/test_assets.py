import gzip
from pathlib import Path

import brotli
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from jobboard.web import assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "css/tokens.css": "@layer tokens { :root { --ink: black; } }\n",
        "css/base.css": '@layer base { a { src: url("/static/fonts/a.woff2"); } } /* gone */\n',
        "css/parts/card.css": "@layer parts.card { .card { color: red; } }\n",
        "js/early.js": "var early;\n",
        "js/b.js": "const name = 1;\n",
        "js/a.js": "const name = 2;\n",
        "fonts/a.woff2": "letters",
        "favicon.svg": "<svg/>",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def board(folder: Path) -> Flask:
    app = Flask("board", static_folder=str(folder), static_url_path="/static")
    assets.install(app)
    return app


@pytest.fixture
def visitor(board: Flask) -> FlaskClient:
    return board.test_client()


def _address(board: Flask, name: str) -> str:
    with board.test_request_context():
        return render_template_string("{{ asset_url(name) }}", name=name)


def test_style_is_one_file_in_the_order_of_its_layers(board: Flask, visitor: FlaskClient) -> None:
    style = visitor.get(_address(board, "board.css")).text
    assert style.startswith("@layer tokens, base, layout, parts, pages;")
    assert style.index("@layer tokens {") < style.index("@layer base {") < style.index(".card")
    assert "gone" not in style


def test_style_names_other_files_by_their_hash(board: Flask, visitor: FlaskClient) -> None:
    style = visitor.get(_address(board, "board.css")).text
    assert f'url("{_address(board, "fonts/a.woff2")}")' in style


def test_modules_stand_in_order_each_in_its_own_block(board: Flask, visitor: FlaskClient) -> None:
    script = visitor.get(_address(board, "board.js")).text
    assert script == '"use strict";\n{\nconst name = 2;\n}\n{\nconst name = 1;\n}\n'


def test_a_file_under_its_hash_may_be_kept_for_ever(board: Flask, visitor: FlaskClient) -> None:
    answer = visitor.get(_address(board, "board.js"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/javascript"


def test_a_file_under_its_plain_name_is_asked_for_again(visitor: FlaskClient) -> None:
    first = visitor.get("/static/favicon.svg")
    assert first.headers["Cache-Control"] == "no-cache"
    again = visitor.get("/static/favicon.svg", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_changed_file_has_another_address(folder: Path) -> None:
    before = assets.Assets(folder).address("board.css")
    (folder / "fonts/a.woff2").write_text("other letters")
    assert assets.Assets(folder).address("board.css") != before


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")],
)
def test_text_is_compressed_as_the_browser_can_read_it(
    board: Flask, visitor: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = visitor.get(_address(board, "board.css"), headers={"Accept-Encoding": accepted})
    plain = visitor.get(_address(board, "board.css"), headers={"Accept-Encoding": "identity"})
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert answer.headers.get("Content-Encoding") == encoding
    assert read(answer.data) == plain.data
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_fonts_are_not_compressed_again(board: Flask, visitor: FlaskClient) -> None:
    answer = visitor.get(_address(board, "fonts/a.woff2"), headers={"Accept-Encoding": "br"})
    assert answer.data == b"letters"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    "path", ["none.css", "css/tokens.css", "js/a.js", "../wsgi.py", "board.000000000000.css"]
)
def test_nothing_else_is_served(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(f"/static/{path}").status_code == 404


def test_the_first_page_is_light() -> None:
    """Budgets of the look: script 30 kB, letters 100 kB for Turkish and English, the map 45 kB."""
    real = Path(__file__).parents[2] / "static"
    files = assets.Assets(real)
    sizes = {
        name: len(found[0].body)
        for name in ("board.js", "early.js", "map/land.svg")
        if (found := files.find(name))
    }
    letters = sum(path.stat().st_size for path in (real / "fonts").glob("*latin*.woff2"))
    assert sizes["board.js"] + sizes["early.js"] <= 30_000
    assert sizes["map/land.svg"] <= 45_000
    assert letters <= 100_000
