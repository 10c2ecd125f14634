"""Where a machine stopped reading: an opaque text that the next question brings back."""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from jobboard.domain.criteria import Criteria

#: What a cursor holds: the search it belongs to, the start, the key of the last listing, its id.
_FORM = struct.Struct(">8sQQQ")
_VERSION = "1"
_LONGEST = 60


class BadCursor(Exception):
    """The text is no cursor, or belongs to another search."""


@dataclass(frozen=True)
class Cursor:
    """The place after one listing of an answer.

    Attributes:
        started: the instant of the first page, in microseconds.
        key: the listing's key in an order by a field; in the order of best match, its position.
        id: the listing.
    """

    started: int
    key: int
    id: int

    def write(self, criteria: Criteria) -> str:
        """Return the text that brings a reader of these criteria back here."""
        packed = _FORM.pack(_mark(criteria), self.started, self.key, self.id)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, criteria: Criteria) -> "Cursor":
        """Read what ``write`` wrote for the same search.

        Raises:
            BadCursor: it was not written by us, or for another search.
        """
        if len(text) > _LONGEST or not text.isascii():
            raise BadCursor
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            mark, started, key, listing_id = _FORM.unpack(packed)
        except (binascii.Error, struct.error):
            raise BadCursor from None
        if mark != _mark(criteria):
            raise BadCursor
        return cls(started, key, listing_id)


def _mark(criteria: Criteria) -> bytes:
    """Return what tells this search, and its order, from others."""
    asked = [_VERSION, criteria.order.value, *map(repr, criteria.filter_pairs())]
    if criteria.near:
        asked.append(str(criteria.radius))
    return hashlib.sha256("\n".join(asked).encode("utf-8", "surrogatepass")).digest()[:8]
