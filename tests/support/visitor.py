"""A visitor of a running board without a browser: asks, keeps cookies, sends forms."""

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookiejar import CookieJar
from typing import Any

from tests.support.listings import DESCRIPTION

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """What came back, after redirects."""

    status: int
    url: str
    text: str


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: it is the answer."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Visitor:
    """One visitor; cookies are kept, errors are answers too, a broken connection is an OSError."""

    def __init__(self, url: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._staying_opener = urllib.request.build_opener(cookies, _Stay)

    def get(self, path: str, *, seconds: float = 20) -> Answer:
        return self._ask(self._request(path), seconds)

    def post(
        self, path: str, fields: Mapping[str, str], *, seconds: float = 20, follow: bool = True
    ) -> Answer:
        body = urllib.parse.urlencode(fields).encode()
        return self._ask(self._request(path, body), seconds, follow=follow)

    def hidden(self, path: str) -> dict[str, str]:
        """Open a page and return the hidden fields of its forms (the last of a name counts)."""
        page = self.get(path)
        assert page.status == 200, (path, page.status)
        found = [dict(_ATTRIBUTE.findall(tag)) for tag in _HIDDEN.findall(page.text)]
        return {each["name"]: unescape(each.get("value", "")) for each in found if "name" in each}

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        whole = path if path.startswith("http://") else f"{self.url}{path}"
        return urllib.request.Request(whole, body)  # noqa: S310 - the board of the test

    def _ask(
        self, request: urllib.request.Request, seconds: float, *, follow: bool = True
    ) -> Answer:
        opener = self._opener if follow else self._staying_opener
        try:
            with opener.open(request, timeout=seconds) as answer:
                return Answer(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as fault:
            return Answer(fault.code, fault.url or "", fault.read().decode())
        except http.client.IncompleteRead as fault:
            raise ConnectionError("the answer broke off") from fault


def posting(title: str, email: str) -> dict[str, str]:
    """The fields that a guest fills in at `/post-a-job/`, hidden ones apart."""
    return {
        "title": title,
        "organisation": "Centre for Grand Strategy",
        "opportunity_type": "staff",
        "mode": "onsite",
        "place": "Istanbul",
        "country": "TR",
        "description": DESCRIPTION,
        "apply_method": "url",
        "apply_url": "https://grand.example/jobs/1",
        "deadline_kind": "date",
        "deadline_date": f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}",
        "deadline_time": "23:59",
        "deadline_zone": "Europe/Istanbul",
        "email": email,
        "accept_terms": "y",
        "action": "submit",
    }
