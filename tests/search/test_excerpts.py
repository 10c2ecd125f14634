"""The piece of a text that holds the words: plain text and spans, whatever the text is."""

from hypothesis import given
from hypothesis import strategies as st

from jobboard.search import analysis, excerpts

TERMS = frozenset({"sanction", "sanctions", "energy", "energi"})


def test_the_words_are_marked_in_a_piece_around_them() -> None:
    text = f"{'Nothing here. ' * 40}We study Energy and SANCTIONS policy. {'More text. ' * 40}"
    found = excerpts.excerpt(text, TERMS, "en", length=120)
    assert found is not None
    assert [piece for piece, is_word in found.pieces() if is_word] == ["Energy", "SANCTIONS"]
    assert "".join(piece for piece, _ in found.pieces()) == found.text
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert len(found.text) <= 122


def test_no_joining_dot_stands_beside_an_ellipsis() -> None:
    points = [f"Point {number} of energy" for number in range(40)]
    text = " · ".join(points)
    for length in range(80, 160):
        for first in range(0, 40, 7):
            found = excerpts.excerpt(
                " · ".join(points[first:] + points[:first]), TERMS, "en", length
            )
            assert found is not None
            assert not found.text.endswith(("·…", " …", "·")), found.text
            words = {piece for piece, is_word in found.pieces() if is_word}
            assert words == {"energy"}
    for before in range(20, 100):
        text = f"{'x' * before} · {'y' * 20} · aa · energy {'then more. ' * 30}"
        found = excerpts.excerpt(text, TERMS, "en", length=100)
        assert found is not None
        assert not found.text.startswith(("…·", "… ", "·")), found.text
        assert ("energy", True) in found.pieces()


def test_a_short_text_is_shown_whole() -> None:
    found = excerpts.excerpt("Energy.", TERMS, "en")
    assert found == ("Energy.", ((0, 6),))


def test_a_piece_with_two_words_is_better_than_an_earlier_one_with_one() -> None:
    text = f"Energy first. {'Filler words stand here. ' * 30}Sanctions on energy."
    found = excerpts.excerpt(text, TERMS, "en", length=100)
    assert found is not None
    assert found.text.endswith("Sanctions on energy.")


def test_no_word_no_excerpt() -> None:
    assert excerpts.excerpt("Bread and soup", TERMS, "en") is None
    assert excerpts.excerpt("Energy", frozenset(), "en") is None


def test_markup_stays_plain_text() -> None:
    found = excerpts.excerpt("<b>energy</b> & <script>", TERMS, "en")
    assert found is not None
    assert found.text == "<b>energy</b> & <script>"


@given(st.text(max_size=400), st.integers(80, 200))
def test_spans_lie_within_the_piece_in_order(text: str, length: int) -> None:
    found = excerpts.excerpt(f"{text} energy {text}", TERMS, "en", length)
    assert found is not None
    bounds = [bound for span in found.spans for bound in span]
    assert bounds == sorted(bounds)
    assert all(0 <= bound <= len(found.text) for bound in bounds)
    assert "\n" not in found.text


#: Words that are told by their first letters and others, and what may stand between them.
WORDS = (
    *("energy", "Énergie", "ENERGİE", "Maßnahme", "massnahme", "U.S.", "us", "z.B.", "n.b", "c++"),
    *("C#", "l'énergie", "’energy’", "x_energy", "energy_x", "_", ".", "–energy–", "enérgy"),
    *("e\u0301nergy", "санкции", "الطاقة", "能源政策", "ﬁn", "fin", "🚀energy", "2.5", "R&D", "en"),
    *("e", "S", "sanctions", "İstanbul", "ıstanbul", "istanbul"),
)
BETWEEN = (" ", "", "-", "·", "\xa0", ".", "'", "/")
SOUGHT = (
    *("energy", "energi", "energie", "us", "massnahm", "massnahme", "zb", "nb", "istanbul", "c"),
    *("cplusplus", "csharp", "санкции", "санкц", "طاق", "能源", "fin", "e", "s", "d"),
)


@given(
    st.lists(st.sampled_from(WORDS), max_size=30),
    st.sampled_from(BETWEEN),
    st.sets(st.sampled_from(SOUGHT), min_size=1),
)
def test_the_words_found_are_those_that_a_look_at_each_would_find(
    words: list[str], between: str, terms: set[str]
) -> None:
    text = " ".join(between.join(words).split())
    wanted = [
        match.span()
        for match in analysis.MARKED_WORD.finditer(text)
        if not terms.isdisjoint(analysis.forms(match.group(), "en"))
    ]
    found = excerpts.excerpt(text, frozenset(terms), "en", length=100_000)
    assert (list(found.spans) if found else []) == wanted
