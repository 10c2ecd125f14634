"""Formatted text: Markdown from people and HTML from elsewhere, both to one small HTML.

The allow-list stands here and nowhere else, and is applied when a text is kept and again
when it is shown.
"""

import html
import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from jobboard.markup.text import clean_block

#: Longer input is cut before anything reads it, so that no text can hold a worker.
LENGTH_AT_MOST = 200_000

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h3", "h4", "blockquote"}
_SCHEMES = {"http", "https", "mailto"}
_LINK_REL = "nofollow noopener ugc"


def to_html(markdown: str) -> str:
    """Return Markdown (CommonMark, no HTML inside) as clean HTML.

    Line ends stay, and so do the bullets of texts that were copied out of a word processor.
    The highest heading used becomes ``h3``, the others ``h4``, because the page itself
    owns ``h1`` and ``h2`` and a skipped level would mislead a screen reader.
    """
    return _CLEANER.clean(_demoted(_MARKDOWN.render(_with_lists(markdown[:LENGTH_AT_MOST]))))


def own_html(markdown: str) -> str:
    """Return a text of the board's own as HTML: its headings, tables and addresses stay.

    Tags within it are still shown as text, for the settings that it quotes.
    """
    return str(_OWN_MARKDOWN.render(markdown))


def clean_html(unsafe: str) -> str:
    """Return HTML from elsewhere reduced to the allow-list, paragraphs kept apart."""
    shaped = _comparable(unsafe[:LENGTH_AT_MOST])
    cleaned = _CLEANER.clean(_demoted(shaped))
    return _tidy(cleaned)


def text_to_html(text: str) -> str:
    """Return plain text as HTML: blank lines part paragraphs, line ends are kept."""
    paragraphs = _PARAGRAPH_BREAK.split(clean_block(text[:LENGTH_AT_MOST]))
    return "\n".join(
        "<p>" + html.escape(part.strip(), quote=False).replace("\n", "<br>\n") + "</p>"
        for part in paragraphs
        if part.strip()
    )


def plain_text(formatted: str) -> str:
    """Return the words of HTML, or of Markdown when there is no tag in it.

    Lines stay lines. The result is text: it must be escaped again where HTML is written.
    """
    formatted = formatted[:LENGTH_AT_MOST]
    if not _ANY_TAG.search(formatted):
        formatted = _MARKDOWN.render(formatted)
    broken = _BLOCK_END.sub("\n", _on_one_line(formatted))
    words = html.unescape(_STRIPPER.clean(broken)).replace("\xa0", " ")
    lines = (" ".join(line.split()) for line in words.split("\n"))
    return "\n".join(line for line in lines if line)


def summary(formatted: str, limit: int = 300) -> str:
    """Return the beginning of the words on one line, cut after a whole word.

    At most ``limit`` characters, the ellipsis of a cut text included.
    """
    # Words beyond the limit need no reading: tags and spaces seldom take nine tenths.
    text = " ".join(plain_text(formatted[: max(limit * 10, 2_000)]).split())
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if text[limit - 1] != " " and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:–—-") + "…"


@dataclass(frozen=True, slots=True)
class WordPressText:
    """A post's content as clean HTML, and the names of the shortcodes that were dropped."""

    html: str
    dropped_shortcodes: tuple[str, ...] = ()


def from_wordpress(content: str) -> WordPressText:
    """Return what WordPress would show of a post's stored content.

    Block comments go, bare lines become paragraphs as ``wpautop`` makes them, and
    shortcodes are dropped (their enclosed text stays) and named.
    """
    text = _LINE_ENDS.sub("\n", content[:LENGTH_AT_MOST])
    text = _BLOCK_COMMENT.sub("\n", text)
    dropped: list[str] = []

    def drop(found: re.Match[str]) -> str:
        name = found.group("name")
        if not _is_shortcode(found, text):
            return found.group()
        if name not in dropped:
            dropped.append(name)
        return ""

    text = _SHORTCODE.sub(drop, text)
    return WordPressText(html=clean_html(_autop(text)), dropped_shortcodes=tuple(dropped))


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_OWN_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


#: What word processors, mail programs and PDF put before an item of a list. Letters count only
#: before a tabulator: they stand for signs of a font that is lost on the way.
_PASTED_BULLET = re.compile(
    r"[ \t]*(?:[•·●▪■‣⁃∙\uf0b7]|(?P<below>[◦○\uf0a7]|[o§](?=\t))|[–—ü](?=\t))[ \t\xa0]+(?=\S)"
)


def _with_lists(text: str) -> str:
    """Return Markdown with the lists of a pasted text as its own lists."""
    lines: list[str] = []
    is_item = False
    for line in text.split("\n"):
        bullet = _PASTED_BULLET.match(line)
        if bullet:
            lines.append(f"{'  ' if bullet['below'] else ''}- {line[bullet.end() :]}")
        elif is_item and line.lstrip()[:1].islower():
            # A sentence that goes on, in a text whose lines were cut.
            lines[-1] = f"{lines[-1].rstrip()} {line.lstrip()}"
            continue
        else:
            # Markdown would take any line after an item for a part of it.
            lines += ["", line] if is_item else [line]
        is_item = bullet is not None
    return "\n".join(lines)


def _only_whole_addresses(_tag: str, attribute: str, value: str) -> str | None:
    # The cleaner asks about the ``rel`` that it puts on links itself, too.
    if attribute != "href":
        return value
    # A relative address of another site would point into ours.
    return value if value.strip().lower().startswith(("http:", "https:", "mailto:")) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}},
    attribute_filter=_only_whole_addresses,
    url_schemes=_SCHEMES,
    link_rel=_LINK_REL,
)
_STRIPPER = nh3.Cleaner(tags=set(), attributes={}, link_rel=None)

_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_LINE_BREAKS = re.compile(r"[\r\n]+")
_BLOCK_END = re.compile(
    r"<br\b[^>]*>|</?(?:p|div|li|ul|ol|h[1-6]|blockquote|tr|table|section|article|pre|dt|dd)\b[^>]*>",
    re.IGNORECASE,
)


def _on_one_line(text: str) -> str:
    # Not one expression with the spaces around: it would try at every space of a long text.
    return " ".join(line.strip(" \t") for line in _LINE_BREAKS.split(text))


_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
_HEADING = re.compile(r"<(/?)h([1-6])\b[^>]*>", re.IGNORECASE)


def _demoted(shaped: str) -> str:
    levels = {found.group(2) for found in _HEADING.finditer(shaped)}
    if not levels:
        return shaped
    highest = min(levels)
    return _HEADING.sub(
        lambda found: f"<{found.group(1)}h{3 if found.group(2) == highest else 4}>",
        shaped,
    )


_SAME_TAG = re.compile(r"<(/?)(b|i|cite|dfn)(?=[\s>/])[^>]*>", re.IGNORECASE)
_SAME = {"b": "strong", "i": "em", "cite": "em", "dfn": "em"}
_BLOCK = re.compile(
    r"<(/?)(?:div|section|article|header|footer|main|aside|figure|figcaption|table|tbody|thead"
    r"|tr|dl|dt|dd|pre|center|address|fieldset|form|details|summary)(?=[\s>/])[^>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)


def _comparable(unsafe: str) -> str:
    # The cleaner drops the tags it does not know and would run their paragraphs together,
    # so blocks become paragraphs before. Its HTML5 parser puts nesting right afterwards.
    shaped = _SAME_TAG.sub(
        lambda found: f"<{found.group(1)}{_SAME[found.group(2).lower()]}>", unsafe
    )
    return _CELL.sub(" ", _BLOCK.sub(r"<\1p>", shaped))


_EMPTY = re.compile(
    r"<(p|strong|em|li|ul|ol|h3|h4|blockquote|a)(?:\s[^>]*)?>(?:\s|&nbsp;|<br>)*</\1>"
)
_MANY_BREAKS = re.compile(r"(?:<br>\s*){3,}")
_LEADING_BREAKS = re.compile(r"(<(?:p|li|blockquote)>)(?:\s|&nbsp;|<br>)+")
_TRAILING_BREAKS = re.compile(r"(?:<br>\s*|&nbsp;\s*)+(</(?:p|li|blockquote)>)")


def _tidy(cleaned: str) -> str:
    # What holds nothing but empty tags is empty itself; the bound is against a thousand of them.
    for _ in range(100):
        cleaned, count = _EMPTY.subn("", cleaned)
        if not count:
            break
    # Most texts have none, and looking for a run of them takes longer than all the rest.
    if "<br>" in cleaned:
        cleaned = _MANY_BREAKS.sub("<br><br>", cleaned)
    cleaned = _LEADING_BREAKS.sub(r"\1", cleaned)
    if "<br>" in cleaned or "&nbsp;" in cleaned:
        cleaned = _TRAILING_BREAKS.sub(r"\1", cleaned)
    return cleaned.strip()


_LINE_ENDS = re.compile(r"\r\n?")
_BLOCK_COMMENT = re.compile(r"<!--\s*/?wp:.*?-->|<!--(?:more|nextpage).*?-->", re.DOTALL)
_SHORTCODE = re.compile(
    r"\[(?P<close>/?)(?P<name>[A-Za-z][\w-]*)(?P<rest>\s[^\[\]]*?)?/?\](?!\()",
)
#: Those of WordPress itself and of WP Job Manager; others are known by their attributes.
_KNOWN_SHORTCODES = frozenset(
    {
        *("gallery", "caption", "wp_caption", "audio", "video", "playlist", "embed"),
        *("jobs", "job", "job_summary", "job_apply", "job_dashboard", "submit_job_form"),
        *("vc_row", "vc_column", "vc_column_text", "contact-form-7"),
    }
)
_ATTRIBUTE = re.compile(r"""[\w-]+=(?:"[^"]*"|'[^']*'|[^\s"']+)""")


def _is_shortcode(found: re.Match[str], text: str) -> bool:
    # "[city]" in a sentence is a word in brackets, not a shortcode.
    name = found.group("name")
    if name.lower() in _KNOWN_SHORTCODES or _ATTRIBUTE.search(found.group("rest") or ""):
        return True
    partner = f"[{name}" if found.group("close") else f"[/{name}]"
    return partner in text


_BLOCK_NAMES = (
    "address|article|aside|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_BLOCK_OPEN = re.compile(rf"\s*(<(?:{_BLOCK_NAMES})(?=[\s>/])[^>]*>)", re.IGNORECASE)
_BLOCK_CLOSE = re.compile(rf"(</(?:{_BLOCK_NAMES})\s*>)\s*", re.IGNORECASE)
_STARTS_WITH_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES})(?=[\s>/])", re.IGNORECASE)
_LINE_BREAK_TAG = re.compile(r"(<br\b[^>]*>)\s*\n", re.IGNORECASE)


def _autop(text: str) -> str:
    apart = _BLOCK_CLOSE.sub(r"\1\n\n", _BLOCK_OPEN.sub(r"\n\n\1", text))
    paragraphs = []
    for part in _PARAGRAPH_BREAK.split(apart):
        stripped = part.strip()
        if not stripped:
            continue
        lines = _LINE_BREAK_TAG.sub(r"\1", stripped).replace("\n", "<br>\n")
        if _STARTS_WITH_BLOCK.match(stripped):
            paragraphs.append(lines)
        else:
            paragraphs.append(f"<p>{lines}</p>")
    return "\n".join(paragraphs)
