"""A language that a listing asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LanguageNeed:
    """One language: its ISO 639 code, a CEFR level (``taxonomy.LanguageLevel``), how binding."""

    code: str
    level: str = "not_stated"
    is_required: bool = True
