"""Static files: style and script as one file each, kept for ever under an address with their hash.

There is no build step. At the first use the layers of ``static/css`` become ``board.css`` and the
modules of ``static/js`` become ``board.js``, in a fixed order; every file gets the address
``/static/<name>.<hash>.<suffix>``, so that a changed file is a new address and a browser never asks
twice. Compressed forms are made once, when somebody first wants them, and kept in memory.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

import brotli
from flask import Flask, Response, abort, request

_STYLE_ORDER = ("tokens.css", "base.css", "layout.css", "parts/*.css", "pages/*.css")
#: Read before the page is drawn: a theme must not flash. Everything else can wait.
_EARLY_SCRIPT = "early.js"
_SOURCE_FOLDERS = ("css", "js")

_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_ADDRESS_IN_STYLE = re.compile(r'url\("/static/([^"]+)"\)')
_HASH_LENGTH = 12
_TEXTS = ("text/", "application/json", "image/svg+xml")
_IMMUTABLE = "public, max-age=31536000, immutable"
_ENCODINGS = ("br", "gzip")


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    body: bytes
    mimetype: str
    hash: str

    @cached_property
    def br(self) -> bytes:
        """The body in brotli."""
        return bytes(brotli.compress(self.body, quality=9))

    @cached_property
    def gzip(self) -> bytes:
        """The body in gzip, the same bytes at every start."""
        return gzip.compress(self.body, 9, mtime=0)

    @property
    def is_compressible(self) -> bool:
        """Whether compression gains anything: fonts and pictures are compressed already."""
        return self.mimetype.startswith(_TEXTS)

    def encoded(self, encoding: str) -> bytes:
        """Return the body in ``br`` or ``gzip``."""
        return self.br if encoding == "br" else self.gzip


class Assets:
    """All static files of one folder, by name and by the name with their hash."""

    def __init__(self, folder: Path) -> None:
        self._by_name: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name.split("/")[0] not in _SOURCE_FOLDERS:
                self._by_name[name] = _asset(name, path.read_bytes())
        # Style comes last: it names other files, by the addresses with their hash.
        for name, text in (
            (_EARLY_SCRIPT, _text(folder / "js" / _EARLY_SCRIPT)),
            ("board.js", _script(folder / "js")),
            ("board.css", self._style(folder / "css")),
        ):
            self._by_name[name] = _asset(name, text.encode())
        self._name_of = {_hashed(name, asset): name for name, asset in self._by_name.items()}

    def address(self, name: str) -> str:
        """Return the address of a static file, with its hash.

        Raises:
            KeyError: there is no such file.
        """
        return f"/static/{_hashed(name, self._by_name[name])}"

    def find(self, path: str) -> tuple[Asset, bool] | None:
        """Return what stands at a path below ``/static/`` and whether it may be kept for ever."""
        name = self._name_of.get(path)
        if name is not None:
            return self._by_name[name], True
        asset = self._by_name.get(path)
        return (asset, False) if asset is not None else None

    def _style(self, folder: Path) -> str:
        sheets = [path for pattern in _STYLE_ORDER for path in sorted(folder.glob(pattern))]
        text = "@layer tokens, base, layout, parts, pages;\n" + "".join(map(_text, sheets))
        return _ADDRESS_IN_STYLE.sub(
            lambda found: f'url("{self.address(found[1])}")', _COMMENT.sub("", text)
        )


def install(app: Flask) -> None:
    """Serve ``static/`` and give templates ``asset_url(name)``."""
    assets = _assets(Path(str(app.static_folder)))

    def serve(filename: str) -> Response:
        found = assets.find(filename)
        if found is None:
            abort(404)
        return _answer(*found)

    app.view_functions["static"] = serve
    app.jinja_env.globals["asset_url"] = assets.address


@cache
def _assets(folder: Path) -> Assets:
    return Assets(folder)


def _answer(asset: Asset, is_immutable: bool) -> Response:
    encoding = request.accept_encodings.best_match(_ENCODINGS) if asset.is_compressible else None
    response = Response(
        asset.encoded(encoding) if encoding else asset.body, mimetype=asset.mimetype
    )
    if encoding:
        response.content_encoding = encoding
    if asset.is_compressible:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _IMMUTABLE if is_immutable else "no-cache"
    response.set_etag(f"{asset.hash}-{encoding or 'plain'}")
    response.make_conditional(request)
    return response


def _asset(name: str, body: bytes) -> Asset:
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, mimetype, hashlib.sha256(body).hexdigest()[:_HASH_LENGTH])


def _hashed(name: str, asset: Asset) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{asset.hash}{path.suffix}"))


def _script(folder: Path) -> str:
    """Join the modules, each in a block of its own, so that none sees another's names."""
    modules = [path for path in sorted(folder.glob("*.js")) if path.name != _EARLY_SCRIPT]
    return '"use strict";\n' + "".join(f"{{\n{_text(path)}}}\n" for path in modules)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
