"""Two versions of a text, word by word."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.markup.differences import Kind, Stretch, compared, one_side, shortened


def plain(before: str, after: str) -> list[tuple[str, str]]:
    return [(stretch.kind.value, stretch.text) for stretch in compared(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("same", "same", [("same", "same")]),
        ("", "", []),
        ("", "new", [("ins", "new")]),
        ("old", "", [("del", "old")]),
        ("a b c", "a x c", [("same", "a "), ("del", "b "), ("ins", "x "), ("same", "c")]),
        ("Eastern Sea", "Eastern Sea Energy", [("same", "Eastern Sea"), ("ins", " Energy")]),
        (
            "one\n\ntwo\n\nthree",
            "one\n\nthree",
            [("same", "one\n\n"), ("del", "two\n\n"), ("same", "three")],
        ),
    ],
)
def test_compared(before: str, after: str, told: list[tuple[str, str]]) -> None:
    assert plain(before, after) == told


TEXTS = st.text(alphabet=st.sampled_from("ab \nçش"), max_size=40)


@given(TEXTS, TEXTS)
def test_both_versions_can_be_read_from_it(before: str, after: str) -> None:
    stretches = compared(before, after)
    assert "".join(s.text for s in one_side(stretches, without=Kind.NEW)) == before
    assert "".join(s.text for s in one_side(stretches, without=Kind.GONE)) == after
    assert all(a.kind is not b.kind for a, b in pairwise(stretches))


def test_long_unchanged_text_is_cut_around_the_change() -> None:
    words = " ".join(f"word{number}" for number in range(300))
    short = shortened(compared(f"{words} old {words}", f"{words} new {words}"))
    assert [stretch.kind for stretch in short] == [
        Kind.CUT,
        Kind.SAME,
        Kind.GONE,
        Kind.NEW,
        Kind.SAME,
        Kind.CUT,
    ]
    assert sum(len(stretch.text) for stretch in short) < 500
    assert short[1].text.endswith(" word298 word299 ")
    assert short[4].text.startswith("word0 word1 ")


def test_a_short_text_is_not_cut() -> None:
    stretches = [Stretch(Kind.SAME, "a few words "), Stretch(Kind.NEW, "more")]
    assert shortened(stretches) == stretches


def test_the_longest_text_is_compared_in_time() -> None:
    """A moderator waits for this: 50,000 characters, one paragraph, another text altogether."""
    chance = random.Random(1)  # noqa: S311 - made-up words
    words = ["the", "of", "and", *(f"word{number}" for number in range(400))]
    before, after = (" ".join(chance.choices(words, k=8000)) for _ in range(2))
    stretches = compared(before, after)
    assert "".join(s.text for s in one_side(stretches, without=Kind.GONE)) == after
