"""The readable part of an address. The id at its end decides; the words are for people."""

import re

from anyascii import anyascii

#: Long enough to be read, short enough to be pasted.
LENGTH_AT_MOST = 60

#: What a signed 64-bit column holds; a greater number is no id of ours.
GREATEST_ID = 2**63 - 1

_OTHER = re.compile(r"[^a-z0-9]+")
_ID_AT_END = re.compile(r"(?:^|-)([0-9]{1,19})$")


def slug(title: str, fallback: str = "job") -> str:
    """Return plain ASCII words joined by hyphens, cut at a word; ``fallback`` for none.

    Any script is spelt out ("Аналитик" → ``analitik``).
    """
    # A title of one script letter can become several; a long one needs no more than this.
    words = _OTHER.sub("-", anyascii(title[:300]).replace("'", "").lower()).strip("-")
    if len(words) > LENGTH_AT_MOST:
        cut = words[: LENGTH_AT_MOST + 1]
        words = cut[: cut.rindex("-")] if "-" in cut else words[:LENGTH_AT_MOST]
    return words or fallback


def id_of(address_part: str) -> int | None:
    """Return the id at the end of a slug, or None when there is none that could be ours.

    Only ASCII digits count, without leading zeros, from 1 to 2⁶³ - 1.
    """
    found = _ID_AT_END.search(address_part)
    if found is None or found.group(1).startswith("0") or "\n" in address_part:
        return None
    number = int(found.group(1))
    return number if number <= GREATEST_ID else None
