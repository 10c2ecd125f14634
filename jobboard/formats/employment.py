"""Maps what others call a kind of work to the board's opportunity type, hours and term."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jobboard.formats.imported import NOT_STATED
from jobboard.markup.text import fold


@dataclass(frozen=True, slots=True)
class Employment:
    """The board's words for a kind of work."""

    opportunity_type: str = NOT_STATED
    hours: tuple[str, ...] = ()
    contract_term: str = NOT_STATED


def read_employment(words: Iterable[str], title: str = "") -> Employment:
    """Return what the words of a source mean, of schema.org or of everyday speech.

    The title decides the opportunity type only where the words do not ("Research Intern"
    among full-time work is an internship).
    """
    return _employment(_joined(words), title[:300])


@lru_cache(maxsize=4_096)
def category_words(names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return the board's topics (three at most) and function that category names plainly say."""
    text = fold(" ; ".join(names))
    topics = tuple(topic for topic, pattern in _TOPICS if pattern.search(text))[:3]
    function = next((word for word, pattern in _FUNCTIONS if pattern.search(text)), NOT_STATED)
    return topics, function


def _joined(words: Iterable[str]) -> str:
    parts = [word for each in words for word in each.split(";")]
    if len(parts) > 3 and all(len(part.strip()) <= 1 for part in parts):
        # "F; u; l; l;  ; T; i; m; e": a list was made of a word's letters.
        return "".join(part.strip() or " " for part in parts)
    return ";".join(part.strip() for part in parts)


@lru_cache(maxsize=16_384)
def _employment(words: str, title: str) -> Employment:
    text = fold(words.replace("_", " ").replace("FullTime", "full time"))
    hours = tuple(value for value, pattern in _HOURS if pattern.search(text))
    term = next((value for value, pattern in _TERMS if pattern.search(text)), NOT_STATED)
    kind = next((value for value, pattern in _TYPES if pattern.search(text)), "")
    if not kind:
        kind = next((value for value, pattern in _TITLES if pattern.search(fold(title))), "")
    if not kind:
        kind = "staff" if hours or term != NOT_STATED else NOT_STATED
    if kind == "consultancy":
        term = "assignment"
    return Employment(kind, hours, term)


def _table(*rows: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((value, re.compile(pattern)) for value, pattern in rows)


_HOURS = _table(
    ("full_time", r"full[ -]?time|vollzeit|temps plein|tiempo completo|tam zaman|دوام كامل"),
    ("part_time", r"part[ -]?time|teilzeit|temps partiel|tiempo parcial|yari zaman|دوام جزيي"),
)
_TERMS = _table(
    ("permanent", r"permanent|ongoing|unbefristet|\bcdi\b|indefinid"),
    ("temporary", r"temporary|casual|per diem|seasonal|interim"),
    ("fixed_term", r"fixed[ -]?term|\bterm\b|befristet|\bcdd\b|determinado"),
)
_TYPES = _table(
    ("internship", r"\bintern(?:ship)?s?\b|praktik|\bstage\b|stagiaire|pasant|\bstaj"),
    ("fellowship", r"\bfellow(?:ship)?\b"),
    (
        "graduate_programme",
        r"graduate program|recent graduates|young professional|management fellows",
    ),
    ("postdoc", r"\bpost-?doc"),
    ("phd", r"\bphd\b|\bdoctoral\b"),
    ("volunteer", r"\bvolunteer"),
    ("consultancy", r"consultan|freelance|contractor|\bcontract\b|self-employed"),
    ("secondment", r"secondment|\bseconded\b"),
    ("roster", r"\broster\b"),
)
_TITLES = _table(
    ("internship", r"\bintern(?:ship)?s?\b|praktikum|praktikant|\bstagiaire\b"),
    ("postdoc", r"\bpost-?doc"),
    ("phd", r"\bphd (?:student|position|candidate|fellow)|\bdoctoral (?:student|researcher)"),
    ("fellowship", r"\bfellow(?:ship)?\b"),
)
_TOPICS = _table(
    ("geopolitics", r"geopolit|international (?:relations|affairs)|foreign (?:policy|affairs)"),
    ("security_defence", r"\bsecurity\b|\bdefen[cs]e\b|\bmilitary\b|intelligence|counter-?terror"),
    ("diplomacy", r"diploma|\bembass|foreign service"),
    ("economy_sanctions", r"econom|sanction|international trade|export control"),
    ("energy", r"\benergy\b|\boil and gas\b"),
    ("human_rights_migration", r"human rights|droits humains|migra|refugee|asylum|humanitarian"),
    ("risk_advisory", r"\brisk\b"),
    ("commentary_editorial", r"editorial|journalis|commentary|publishing"),
)
_FUNCTIONS = _table(
    ("monitoring_evaluation", r"monitoring (?:and|&) evaluation|\bmeal?\b"),
    ("legal", r"\blegal\b|\blaw\b|attorney|juridique"),
    ("translation", r"translat|interpret(?:er|ing|ation)"),
    ("fundraising", r"fundrais|philanthrop|grant writing"),
    ("communications_editorial", r"communication|editorial|journalis|\bmedia\b|public affairs"),
    ("policy_advocacy", r"\bpolicy\b|advoca|organizing|campaign"),
    ("research_analysis", r"research|think tank|analysis|analyst"),
    ("teaching", r"teach|lectur|professor|education and training"),
    ("data_gis", r"\bdata\b|\bgis\b|statistic"),
    ("programme_management", r"program(?:me)? management|project management"),
    ("diplomacy_protocol", r"diploma|protocol"),
    (
        "operations_hr_finance",
        r"human resources|finance|accounting|administrat|operations|logistic",
    ),
)
