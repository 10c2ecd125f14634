"""The piece of a listing's text that holds the words of a search, marked, for its card.

Shown where the title alone does not say why a listing was found. The text is plain before it is
marked and every piece of it is escaped, so nothing in it can become part of the page's code.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import unescape

from markupsafe import Markup

from jobboard.markup.text import fold
from jobboard.queries import cards as find
from jobboard.queries.cards import CardRow
from jobboard.search.asked import Asked
from jobboard.search.excerpts import excerpt
from jobboard.web.drawn_cards import Marks, marked

#: Characters around the first word found in which the best piece is looked for, tags among them.
#: Looking through twenty whole texts would take longer than finding them.
_BEFORE, _AFTER = 300, 900
_LOOKED_THROUGH = 20_000
#: Letters of a stem that are sought; endings differ.
_SOUGHT = 5
_TAG = re.compile(r"<[^>]*>")
#: The end of a heading or of a point in a list: what follows is no part of the same sentence.
_BLOCK_END = re.compile(
    r"</(?:{0})>(?:\s*</(?:{0})>)*\s*".format("p|li|ul|ol|h[1-6]|blockquote|td|tr")
)
_MORE = "…"
_OTHER_LETTERS = re.compile("[^\x00-\x7f]+")
#: Letters of a text of which one at most is other than plain, where these are folded by themselves.
_FEW = 8
_SENTENCE_ENDS = frozenset(".!?:;,…>")


def snippets(
    rows: Sequence[CardRow], words: str, terms: frozenset[str], marks: Mapping[int, Marks]
) -> dict[int, Markup]:
    """Return marked pieces of texts by the listings' ids, where the title does not say it all.

    Args:
        rows: the listings of a page.
        words: what was asked for in words.
        terms: folded words and stems by which listings match.
        marks: the words found in titles, by the listings' ids.
    """
    if not terms:
        return {}
    asked = Asked.read(words)
    wanted = len(asked.weighty) + sum(map(len, asked.phrases))
    unsaid = [row for row in rows if len(marks.get(row.id, ())) < wanted]
    texts = find.texts([row.id for row in unsaid])
    found = {row.id: _snippet(row, texts.get(row.id, ""), terms) for row in unsaid}
    return {number: piece for number, piece in found.items() if piece}


def _snippet(row: CardRow, html: str, terms: frozenset[str]) -> Markup:
    found = excerpt(_plain(_around(html, terms)), terms, row.language)
    return marked(found.text, found.spans) if found is not None else Markup("")


def _around(html: str, terms: frozenset[str]) -> str:
    """Return the part of a text in which one of the terms seems to stand first, tags and all."""
    # Folding keeps most lengths; where it does not, the window is wide enough.
    html = html[:_LOOKED_THROUGH]
    places = _places(html.lower(), terms)
    if not places and not html.isascii():
        places = _places(_roughly_folded(html), terms)
    start = max(0, min(places) - _BEFORE) if places else 0
    part = html[start : start + _BEFORE + _AFTER]
    # No half of a tag at its end or at its start, where it begins with a whole word.
    if part.rfind("<") > part.rfind(">"):
        part = part[: part.rfind("<")]
    if start == 0:
        return part
    before, tag_end, after = part.partition(">")
    if tag_end and "<" not in before:
        # What follows a tag is whole, and may be the very word.
        return _MORE + after
    return _MORE + part[part.find(" ") + 1 :]


def _roughly_folded(html: str) -> str:
    """Return a text folded, letter by letter where few of them need it: a tenth of the time."""
    odd = len(html) - len(html.encode("ascii", "ignore"))
    if odd * _FEW > len(html):
        return fold(html)
    return _OTHER_LETTERS.sub(lambda found: _folded(found.group()), html.lower())


@lru_cache(maxsize=2_000)
def _folded(letters: str) -> str:
    return fold(letters)


def _places(folded: str, terms: frozenset[str]) -> list[int]:
    return [at for term in terms if (at := folded.find(term[:_SOUGHT])) >= 0]


def _plain(html: str) -> str:
    """Return a part of a stored text without its tags.

    It was cleaned when it was saved, so its tags are all that is to be taken out.
    """
    text = _TAG.sub(" ", _BLOCK_END.sub(_parted, html))
    if text.startswith(_MORE):
        # The blocks that it would part from one another stand before it.
        text = _MORE + text.removeprefix(_MORE).lstrip(" ·\n")
    return unescape(text) if "&" in text else text


def _parted(found: re.Match[str]) -> str:
    """Return what stands in the place of the end of a block: a dot, unless a sentence ends."""
    at = found.start() - 1
    while at >= 0 and found.string[at].isspace():
        at -= 1
    is_between = at >= 0 and found.end() < len(found.string)
    return " · " if is_between and found.string[at] not in _SENTENCE_ENDS else " "
