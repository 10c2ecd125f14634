"""The words of a page in its language, found once for each request.

Flask-Babel looks up the request, its domain and its language for every single word, which for the
250 words of the Jobs page took longer than drawing them. Here the catalogue is found at a
request's first word and stays beside the language it belongs to, so that ``force_locale`` and
``refresh`` work as ever.
"""

from typing import Any

import flask_babel
from babel import Locale
from flask import Flask, g


class _Words:
    """The catalogue of one language."""

    __slots__ = ("code", "locale", "ngettext", "text")

    def __init__(self, locale: Locale | None) -> None:
        catalogue = flask_babel.get_translations()
        self.locale = locale
        self.code = str(locale or "en")
        self.text = catalogue.ugettext
        self.ngettext = catalogue.ungettext


def install(app: Flask) -> None:
    """Let templates find their words here too; after Flask-Babel."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _words().text(message),
        ngettext=lambda one, many, number: _words().ngettext(one, many, number),
        newstyle=True,
    )


def language() -> str:
    """Return the code of the language that the page is written in."""
    return _words().code


def gettext(message: str, **variables: Any) -> str:
    """Return a message in the page's language, its ``%(name)s`` filled in."""
    words = _words().text(message)
    return str(words % variables) if variables else str(words)


def ngettext(one: str, many: str, num: int, **variables: Any) -> str:
    """Return the form of a message for a number, which may stand in it as ``%(num)s``."""
    words = _words().ngettext(one, many, num)
    return str(words % {"num": num, **variables})


def _words() -> _Words:
    # Flask-Babel keeps the language in this place, and changes it there. Asked for each word of a
    # page, so without the proxy's detour.
    try:
        here = vars(g._get_current_object())
    except RuntimeError:
        here = {}
    context = here.get("_flask_babel")
    known = vars(context) if context is not None else {}
    locale = known.get("babel_locale")
    if locale is None:
        return _Words(flask_babel.get_locale())
    kept: _Words | None = known.get("kept_words")
    if kept is None or kept.locale is not locale:
        kept = known["kept_words"] = _Words(locale)
    return kept
