"""What strangers type is made safe to keep, and folded alike for search."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.markup.text import clean_block, clean_line, fold, repair_mojibake, xml_safe


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Türkiye", "turkiye"),
        ("İSTANBUL", "istanbul"),
        ("ıstanbul", "istanbul"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("Øst", "ost"),
        ("Handläggare", "handlaggare"),
        ("Développeur", "developpeur"),
        ("Αθήνα", "αθηνα"),
        ("Ёлка", "елка"),
        ("إدارة", "ادارة"),
        ("مكتبة", "مكتبه"),
        ("ﬁnance", "finance"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_letters_that_only_look_marked_stay_apart() -> None:
    assert fold("が") != fold("か")
    assert fold("한국") == "한국"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_line_loses_what_cannot_be_seen() -> None:
    assert (
        clean_line("  Ana\x00lyst \u202egnp.exe\u202c\ufeff\u200b \t desk\n")
        == "Analyst gnp.exe desk"
    )


def test_a_line_loses_half_characters_that_no_database_takes() -> None:
    assert clean_line("a\ud800b") == "ab"


def test_piled_accents_are_cut() -> None:
    cleaned = clean_line("Z" + "\u0301\u0302\u0303\u0304\u0305" * 20)
    assert 1 < len(cleaned) <= 4


def test_joiners_stay_where_the_spelling_needs_them() -> None:
    assert clean_line("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_line("👩\u200d💻 job") == "👩\u200d💻 job"
    assert clean_line("ana\u200clyst\u200d") == "analyst"


def test_letters_are_composed() -> None:
    assert clean_line("e\u0301") == "é"


def test_a_block_keeps_lines_and_the_indentation_markdown_reads() -> None:
    assert clean_block("a  \r\n\r\n\r\n\r\n  - b\x0bc\x00") == "a\n\n  - b\nc"


@given(st.text())
def test_cleaning_is_done_after_one_time_and_leaves_storable_text(text: str) -> None:
    for clean in (clean_line, clean_block):
        once = clean(text)
        assert clean(once) == once
        assert "\x00" not in once
        once.encode()
    assert "\n" not in clean_line(text)


def test_double_encoded_text_is_put_right() -> None:
    assert repair_mojibake("Officer â\x80\x93 Direct Hire") == "Officer – Direct Hire"
    assert repair_mojibake("donâ€™t CafÃ© â‚¬5") == "don’t Café €5"
    assert repair_mojibake("Ð\x9cÐ¾Ñ\x81ÐºÐ²Ð°") == "Москва"


@pytest.mark.parametrize(
    "honest",
    ["SÃO PAULO", "ÉCOLE É » CAFÉ »", "Ân – Â", "naïve café", "Ärzte", "Đà Nẵng", "â la carte"],
)
def test_honest_accents_stay(honest: str) -> None:
    assert repair_mojibake(honest) == honest


# Without ë and û: half of each is a quotation mark, which honest text has beside a capital.
@given(st.text(alphabet="àâäéèêïîôùüçñöß–—’“”€abc ", min_size=1))
def test_text_double_encoded_once_comes_back(text: str) -> None:
    garbled = text.encode().decode("latin-1")
    assert repair_mojibake(garbled) == repair_mojibake(text)


@given(st.text())
def test_xml_gets_no_character_it_forbids(text: str) -> None:
    assert all(
        char in "\t\n\r" or unicodedata.category(char) not in ("Cc", "Cs") or ord(char) > 0x7E
        for char in xml_safe(text)
    )
    assert xml_safe("a\x0b\x00\ufffe") == "a"
