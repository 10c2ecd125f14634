"""Addresses: the words are for people, the id decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.domain.slug import LENGTH_AT_MOST, id_of, slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Senior Analyst & Editor, “Baltic” desk", "senior-analyst-and-editor-baltic-desk"),
        ("Türkiye Uzmanı", "turkiye-uzmani"),
        ("Аналитик", "analitik"),
        ("", "job"),
        ("***", "job"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
    ],
)
def test_slugs_are_plain_words(title: str, expected: str) -> None:
    assert slug(title) == expected.replace("-and-", "-")


def test_a_long_title_is_cut_at_a_word() -> None:
    cut = slug("research fellow " * 20)
    assert len(cut) <= LENGTH_AT_MOST
    assert cut.endswith(("research", "fellow"))


@given(st.text(), st.integers(min_value=1, max_value=2**63 - 1))
def test_every_title_gives_an_address_that_finds_its_id(title: str, number: int) -> None:
    part = f"{slug(title)}-{number}"
    assert part.isascii()
    assert len(slug(title)) <= LENGTH_AT_MOST
    assert id_of(part) == number


@pytest.mark.parametrize(
    "part",
    [
        "",
        "analyst",
        "analyst-",
        "analyst-0",
        "analyst-01",
        "a-9223372036854775808",
        "a-" + "9" * 400,
        "a-١٢",
        "a-²",
        "a-1\n",
        "a-1x",
        "a--",
        "-",
    ],
)
def test_what_is_no_id_of_ours_is_none(part: str) -> None:
    assert id_of(part) is None


def test_the_id_alone_is_enough() -> None:
    assert id_of("17") == 17
    assert id_of("any-other-words-17") == 17
