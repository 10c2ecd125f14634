"""What an attacker types, and what a browser would make of the answer."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

from defusedxml import ElementTree
from werkzeug.test import TestResponse

#: Written as a product, so that no number that a page may hold by chance looks like its result.
PRODUCT = "48611*92623"
RESULT = str(48611 * 92623)

MARKUP = "\"'><img src=x onerror=zz(1)></script></title></textarea><x-y z>"
TEMPLATE = f"{{{{{PRODUCT}}}}}${{{PRODUCT}}}<%= {PRODUCT} %>#{{{PRODUCT}}}{{% if 1 %}}%(title)s %s"
LINES = "Alice\r\nBcc: everybody@evil.example\r\nX-Evil: 1\n\nforged"
UNSEEN = "a\x00b\x07\u202ec\u200bd\ufeffe\ufffff\U000e0041"
PILED = "Z" + "\u0301\u0489" * 250
LOOKALIKE = "Сentre fоr Grand Strаtegy"  # three Cyrillic letters
SQL = "x'; select pg_sleep(30); -- %_\\ \" OR 1=1"
HALF = "\ud800 half a character"

#: One of each kind; every one goes through every field of every form and every key of a query.
PAYLOADS: dict[str, str] = {
    "markup": MARKUP,
    "template": TEMPLATE,
    "lines": LINES,
    "unseen": UNSEEN,
    "piled": PILED,
    "lookalike": LOOKALIKE,
    "sql": SQL,
    "javascript": "javascript:alert(1)//",
    "path": "../../../../etc/passwd",
    "number": "9" * 30,
    "negative": "-1",
    "long": "x" * 8192,
    "nothing": "",
}

_TEXTS = frozenset({"text", "search", "email", "url", "tel", "password", "number", "date", "time"})


@dataclass
class Form:
    """A form of a page, as a browser reads it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    #: Names that somebody can type into.
    texts: list[str] = field(default_factory=list)
    #: Buttons with an address of their own.
    others: list[str] = field(default_factory=list)

    def filled(self, value: str, *, everywhere: bool = False) -> dict[str, list[str]]:
        """What is sent when a value stands in every text, or in every field that there is."""
        sent: dict[str, list[str]] = {}
        for name, own in self.fields:
            is_filled = name != "csrf_token" and (everywhere or name in self.texts)
            sent.setdefault(name, []).append(value if is_filled else own)
        return sent


class _Reader(HTMLParser):
    """Reads what matters here of a page: its forms, addresses, and what should not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.addresses: list[str] = []
        self.strange: list[str] = []
        self.data: list[str] = []
        self._form: Form | None = None
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        handlers = [name for name in named if name.startswith("on") or name in ("style", "srcdoc")]
        if tag == "x-y" or handlers or (tag == "script" and "src" not in named):
            self._is_data = tag == "script" and named.get("type") == "application/ld+json"
            if not self._is_data and named.get("type") != "application/json":
                self.strange.append(f"<{tag} {named}>")
        self.addresses += [named[name] for name in ("href", "src", "action") if name in named]
        self.addresses += [named["formaction"]] if "formaction" in named else []
        if tag == "form":
            method = named.get("method", "get").upper()
            self._form = Form(named.get("action", ""), method)
            self.forms.append(self._form)
        elif self._form is not None:
            self._add(self._form, tag, named)

    def handle_endtag(self, tag: str) -> None:
        self._form = None if tag == "form" else self._form
        self._is_data = False

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data.append(data)

    @staticmethod
    def _add(form: Form, tag: str, named: dict[str, str]) -> None:
        if named.get("formaction"):
            form.others.append(named["formaction"])
        name, kind = named.get("name", ""), named.get("type", "text")
        if not name or tag not in ("input", "textarea", "select", "button"):
            return
        form.fields.append((name, named.get("value", "")))
        if tag == "textarea" or (tag == "input" and kind in _TEXTS):
            form.texts.append(name)


def read(answer: TestResponse) -> _Reader:
    """Read an answer's page."""
    reader = _Reader()
    reader.feed(answer.text)
    reader.close()
    return reader


def faults(answer: TestResponse) -> list[str]:
    """Return what an attacker achieved with an answer; empty when all is well."""
    found = [] if answer.status_code < 500 else [f"status {answer.status_code}"]
    kind, _, parameter = answer.headers.get("Content-Type", "").partition(";")
    body = answer.get_data()
    if body and not kind:
        found.append("no content type")
    is_text = kind.startswith("text/") or "xml" in kind
    if body and is_text and "charset=utf-8" not in parameter.lower():
        found.append(f"no charset: {kind}{parameter}")
    text = answer.get_data().decode("utf-8", "strict") if is_text or "json" in kind else ""
    if RESULT in text:
        found.append("a template was run")
    if kind == "text/html":
        found += _of_page(answer)
    elif "xml" in kind:
        names = {str(one.tag) for one in ElementTree.fromstring(answer.get_data()).iter()}
        found += ["markup"] if any("x-y" in name for name in names) else []
    elif "json" in kind:
        json.loads(text)
    if any("evil" in name.lower() for name in dict(answer.headers)):
        found.append("a header was forged")
    location = answer.headers.get("Location", "")
    if location and (not location.startswith("/") or location.startswith("//")):
        found.append(f"leads away: {location}")
    return found


def _of_page(answer: TestResponse) -> list[str]:
    page = read(answer)
    found = [f"strange: {tag}" for tag in page.strange]
    for address in page.addresses:
        scheme = address.strip().lower().split(":")[0]
        if scheme in ("javascript", "data", "vbscript"):
            found.append(f"runs: {address[:80]}")
    for block in page.data:
        json.loads(block)
    return found
