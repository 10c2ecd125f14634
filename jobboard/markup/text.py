"""Plain text from strangers: made safe to keep, repaired where it was garbled, folded to search."""

import re
import unicodedata

#: Letters that Unicode does not take apart, with what people type for them.
_LETTERS = str.maketrans(
    {
        "ı": "i",
        "İ": "i",
        "ß": "ss",
        "ẞ": "ss",
        "ł": "l",
        "Ł": "l",
        "ø": "o",
        "Ø": "o",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "þ": "th",
        "Þ": "th",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "ħ": "h",
        "Ħ": "h",
        "ə": "a",
        "Ə": "a",
        "ŧ": "t",
        "Ŧ": "t",
        "ʻ": "",
        "ʼ": "'",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        # Arabic and Persian spellings that readers do not tell apart when they search.
        "ـ": "",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
    }
)

# Accents of Latin, Greek, Cyrillic, Hebrew and Arabic. Marks of Indic scripts and of kana
# are letters to their readers and stay.
_ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")

# Marks that can be piled on one letter until it covers the lines around it.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u06df-\u06e4"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_PILED_MARKS = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")

# What nobody types and no reader sees: controls but tab and line breaks, lone halves of
# surrogate pairs, embeddings and overrides of direction, isolates, zero-width space and
# joiner-like fillers, byte order marks, tags, non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)

# The two joiners belong to the spelling of Arabic-script and Indic words, and to emoji.
_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\ufb50-\ufdff\ufe70-\ufefc])\u200c"
    "|(?<![\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\ufb50-\ufdff\ufe70-\ufefc"
    "\u2600-\u27bf\ufe0f\U0001f300-\U0001faff])\u200d"
)
_DIRECTION_MARK = re.compile("[\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_WHITESPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n{3,}")

# XML 1.0, production 2 (Char).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fold(text: str) -> str:
    """Return the text as search compares it: no accents, no case, one spelling a letter.

    ``Türkiye`` and ``turkiye``, ``İSTANBUL`` and ``istanbul`` become the same.
    """
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    # Again after taking apart: ligatures and presentation forms give letters of the table.
    bare = _ACCENTS.sub("", spread).translate(_LETTERS)
    return unicodedata.normalize("NFC", bare).casefold()


def clean_line(text: str) -> str:
    """Return one line of a form or an import without what cannot be seen.

    Controls, direction overrides and zero-width fillers are gone, piles of accents cut to
    three, letters composed (NFC), every run of white space one space.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _WHITESPACE.sub(" ", _seen(text)).strip()


def clean_block(text: str) -> str:
    r"""Return several lines as ``clean_line`` does, keeping line breaks and indentation.

    Line ends become ``\n``; more than one blank line becomes one. Spaces at the start of
    a line stay, because Markdown reads them.
    """
    lines = (line.rstrip() for line in _seen(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def xml_safe(text: str) -> str:
    """Return the text without the characters that XML 1.0 does not allow even escaped."""
    return _NOT_XML.sub("", text)


def repair_mojibake(text: str) -> str:
    r"""Return the text with UTF-8 that was read as Latin-1 or Windows-1252 put right.

    Only sequences that cannot be meant are touched ("Officer â\x80\x93 Direct Hire",
    "CafÃ©"), up to twice over; an honest "SÃO PAULO" or "É »" stays.
    """
    for _ in range(2):
        if not _GARBLED_LEAD.search(text):
            return text
        repaired = _GARBLED.sub(_repaired, text)
        if repaired == text:
            return text
        text = repaired
    return text


# The characters that bytes 0x80 to 0xBF become when read as Windows-1252 or Latin-1.
_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_FOLLOWING = f"[\x80-\xbf{_CP1252}]"
# After a capital these may be meant: closing quotes, dashes, a hard space.
_UNMISTAKABLE = "[\x80-\x9f\xa1-\xaa\xac-\xba\xbc-\xbf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]"
_GARBLED_LEAD = re.compile("[ÂÃÄÅâðÐÑØÙÚÛ]")
_GARBLED = re.compile(
    f"ð[\x9fŸ]{_FOLLOWING}{{2}}"
    f"|â{_FOLLOWING}{{2}}"
    f"|[ÂÃÄÅ]{_UNMISTAKABLE}"
    f"|(?:Â\xa0|Ã\xa0|Â[«»])"
    f"|(?:[ÐÑ]{_FOLLOWING}){{3,}}"
    f"|(?:[ØÙÚÛ]{_FOLLOWING}){{3,}}"
)
_TO_BYTE = {ord(char): char.encode("cp1252") for char in _CP1252}


def _repaired(found: re.Match[str]) -> str:
    garbled = found.group()
    as_bytes = b"".join(_TO_BYTE.get(ord(char)) or char.encode("latin-1") for char in garbled)
    try:
        return as_bytes.decode()
    except UnicodeDecodeError:
        return garbled


def _seen(text: str) -> str:
    if text.isascii():
        return _UNSEEN.sub("", _LINE_BREAK.sub("\n", text))
    text = _UNSEEN.sub("", _LINE_BREAK.sub("\n", text))
    if "\u200c" in text or "\u200d" in text:
        text = _JOINER.sub("", text)
    if not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION_MARK.sub("", text)
    return _PILED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
