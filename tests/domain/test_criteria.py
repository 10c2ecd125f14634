"""Criteria: read from any query string, said back in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.domain import criteria as rules
from jobboard.domain.criteria import KEYS, Closing, Criteria, Duration, Sort, Years, from_wpjm
from jobboard.domain.taxonomy import Mode, OpportunityType

Pairs = list[tuple[str, str]]


def read(*pairs: tuple[str, str]) -> Criteria:
    parsed = Criteria.parse(pairs)
    assert parsed.problems == ()
    return parsed.criteria


def sentences(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(problem.key, problem.sentence) for problem in Criteria.parse(pairs).problems]


def test_nothing_asked_is_empty_and_newest() -> None:
    asked = read()
    assert asked == Criteria()
    assert (asked.is_empty, asked.order, asked.page, asked.query_pairs()) == (
        True,
        Sort.NEWEST,
        1,
        [],
    )


def test_empty_fields_of_a_plain_form_are_no_problem() -> None:
    assert read(("q", ""), ("where", " "), ("country", ""), ("page", "")) == Criteria()


def test_every_kind_of_key_is_read() -> None:
    asked = read(
        ("q", "  peace   talks "),
        ("where", "Geneva"),
        ("remote", "tr"),
        ("country", "de"),
        ("country", "FR"),
        ("focus", "eurasia"),
        ("focus", "ua"),
        ("type", "Fellowship"),
        ("deadline", "open"),
        ("years", "5-9"),
        ("paid", "1"),
        ("passport", "TR"),
        ("mode", "remote"),
        ("mode", "hybrid"),
        ("language", "FR"),
        ("education", "master"),
        ("grade", "p-4"),
        ("organisation", "Icg"),
        ("since", "7"),
        ("sort", "deadline"),
        ("page", "3"),
    )
    assert asked.query_pairs() == [
        ("q", "peace talks"),
        ("where", "Geneva"),
        ("remote", "TR"),
        ("country", "DE"),
        ("country", "FR"),
        ("focus", "UA"),
        ("focus", "eurasia"),
        ("type", "fellowship"),
        ("deadline", "open"),
        ("years", "5-9"),
        ("paid", "1"),
        ("passport", "TR"),
        ("mode", "hybrid"),
        ("mode", "remote"),
        ("language", "fr"),
        ("education", "master"),
        ("grade", "P-4"),
        ("organisation", "icg"),
        ("since", "7"),
        ("sort", "deadline"),
        ("page", "3"),
    ]
    assert asked.offset == 40


def test_order_and_repetition_of_pairs_do_not_matter() -> None:
    one = read(("country", "DE"), ("type", "phd"), ("country", "TR"))
    other = read(("type", "phd"), ("country", "tr"), ("country", "de"), ("country", "TR"))
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        (("colour", "red"), rules.UNKNOWN_KEY),
        (("near", "Nowhereville"), rules.UNKNOWN_PLACE),
        (("type", "slavery"), rules.UNKNOWN_VALUE),
        (("sort", "password"), rules.UNKNOWN_VALUE),
        (("deadline", "5"), rules.UNKNOWN_VALUE),
        (("country", "ZZ"), rules.UNKNOWN_COUNTRY),
        (("country", "Germany"), rules.UNKNOWN_COUNTRY),
        (("language", "english"), rules.UNKNOWN_LANGUAGE),
        (("organisation", "a b"), rules.NOT_A_SLUG),
        (("radius", "0"), rules.NOT_A_RADIUS),
        (("radius", "501"), rules.NOT_A_RADIUS),
        (("radius", "9" * 5_000), rules.NOT_A_RADIUS),
        (("radius", "20"), rules.NOTHING_AROUND),
        (("start", "31"), rules.UNKNOWN_VALUE),
        (("paid", "yes"), rules.NOT_A_SWITCH),
        (("page", "0"), rules.NOT_A_PAGE),
        (("page", "-1"), rules.NOT_A_PAGE),
        (("page", "1.5"), rules.NOT_A_PAGE),
        (("page", "٣"), rules.NOT_A_PAGE),
        (("q", "x" * 201), rules.TOO_LONG),
    ],
)
def test_what_is_not_understood_is_said(pair: tuple[str, str], sentence: str) -> None:
    assert sentences(pair) == [(pair[0], sentence)]


def test_around_a_place() -> None:
    asked = read(("near", "geneva"), ("radius", "20"), ("start", "later"), ("unpaid", "1"))
    assert asked.query_pairs() == [
        ("near", "Geneva, CH"),
        ("radius", "20"),
        ("unpaid", "1"),
        ("start", "later"),
    ]
    assert asked.filter_pairs()[0] == ("near", "Geneva, CH")
    assert ("radius", "20") not in asked.filter_pairs()
    assert read(("near", "Geneva"), ("radius", "50")).query_pairs() == [("near", "Geneva, CH")]


@pytest.mark.parametrize("where", ["Geneva", "Genève", "geneva, switzerland"])
def test_a_radius_around_a_city_in_words(where: str) -> None:
    around = read(("near", "Geneva"), ("radius", "100"))
    assert read(("where", where), ("radius", "100")) == around
    assert read(("radius", "100"), ("where", where), ("near", "")) == around


@pytest.mark.parametrize("where", ["Switzerland", "remote", "Xyzzyburg"])
def test_words_that_are_no_city_have_nothing_around_them(where: str) -> None:
    pairs = (("where", where), ("radius", "100"))
    assert Criteria.parse(pairs).criteria == Criteria(where=where)
    assert sentences(*pairs) == [("radius", rules.NOTHING_AROUND)]


def test_a_radius_is_not_blamed_for_its_city() -> None:
    pairs = (("near", "Nowhereville"), ("radius", "100"))
    assert sentences(*pairs) == [("near", rules.UNKNOWN_PLACE)]
    assert sentences(("near", "Geneva"), ("radius", "100")) == []
    assert sentences(("where", "Geneva"), ("radius", "100")) == []


@pytest.mark.parametrize(
    ("where", "remote"),
    [
        ("remote from Germany", "DE"),
        ("Remote, Germany", "DE"),
        ("Germany (remote)", "DE"),
        ("fully remote from the UK", "GB"),
        ("Remote in us", "US"),
        ("anywhere", "anywhere"),
        ("remote, worldwide", "anywhere"),
    ],
)
def test_remote_from_a_country_in_words(where: str, remote: str) -> None:
    assert read(("where", where)) == Criteria(remote=remote)
    # What was chosen stands.
    assert read(("where", where), ("remote", "FR")).remote == "FR"


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("remote", "remote"),
        ("work from home", "remote"),
        ("home based", "remote"),
        ("Germany", "Germany"),
        ("remote from Xyzzyburg", "remote from Xyzzyburg"),
        ("Berlin (remote)", "Berlin (remote)"),
    ],
)
def test_remote_work_and_places_in_words(where: str, kept: str) -> None:
    assert read(("where", where)) == Criteria(where=kept)


def test_a_radius_around_nothing_is_no_other_search() -> None:
    assert Criteria.parse([("radius", "20")]).criteria == Criteria()
    assert read(("near", "Geneva"), ("radius", "20")).without("near") == Criteria()


def test_insisting_puts_words_in_quotes() -> None:
    asked = read(("q", 'oficer "of peace" -oficer talks'), ("page", "3"))
    assert asked.insisting(["oficer"]).query_pairs() == [("q", '"oficer" "of peace" -oficer talks')]
    assert asked.insisting([]).q == asked.q


def test_what_is_not_understood_does_not_narrow() -> None:
    parsed = Criteria.parse([("q", "peace"), ("type", "slavery"), ("type", "phd")])
    assert parsed.criteria == Criteria(q="peace", type=(OpportunityType.PHD,))


def test_a_single_value_given_twice_is_said_unless_it_is_the_same() -> None:
    assert sentences(("deadline", "3"), ("deadline", "7")) == [("deadline", rules.REPEATED)]
    assert read(("deadline", "3"), ("deadline", "3")).deadline is Closing.DAYS_3


def test_long_words_are_cut_and_searched() -> None:
    parsed = Criteria.parse([("q", "a" * 300)])
    assert parsed.criteria.q == "a" * 200


def test_a_flood_of_values_is_cut_and_said_once() -> None:
    pairs = [("organisation", f"org-{number}") for number in range(2_000)]
    parsed = Criteria.parse(pairs)
    assert len(parsed.criteria.organisation) == 50
    assert [problem.sentence for problem in parsed.problems] == [rules.TOO_MANY]


def test_a_flood_of_nonsense_is_said_in_a_few_lines() -> None:
    parsed = Criteria.parse([(f"key{number}", "x") for number in range(2_000)])
    assert len(parsed.problems) == 50
    assert parsed.criteria == Criteria()


@pytest.mark.parametrize("digits", ["1" + "0" * 30, "9" * 5_000])
def test_an_enormous_page_is_only_far_away(digits: str) -> None:
    assert read(("page", digits)).page == rules.LAST_PAGE


def test_controls_and_overrides_are_taken_out() -> None:
    assert read(("q", "pea\x00ce\u202e talks\r\n")).q == "peace talks"


def test_best_match_needs_words() -> None:
    assert read(("sort", "best")).order is Sort.NEWEST
    assert read(("q", "peace")).order is Sort.BEST
    assert read(("q", "peace"), ("sort", "pay")).order is Sort.PAY


def test_taking_one_filter_off_returns_to_the_first_page() -> None:
    asked = read(("q", "peace"), ("country", "DE"), ("country", "TR"), ("page", "4"))
    assert asked.without("country", "DE").query_pairs() == [("q", "peace"), ("country", "TR")]
    assert asked.without("country").query_pairs() == [("q", "peace")]
    assert asked.without("q").query_pairs() == [("country", "DE"), ("country", "TR")]
    assert asked.with_page(5).page == 5
    assert asked.replaced(mode=(Mode.REMOTE,)).page == 1


def test_chips_are_what_narrows() -> None:
    asked = read(("q", "peace"), ("sort", "newest"), ("page", "2"))
    assert asked.filter_pairs() == [("q", "peace")]


@pytest.mark.parametrize(
    ("years", "band"), [(0, "0-2"), (2, "0-2"), (3, "3-4"), (4, "3-4"), (9, "5-9"), (10, "10-")]
)
def test_bands_of_experience(years: int, band: str) -> None:
    assert Years.of(years) == band


@pytest.mark.parametrize(("months", "band"), [(1, "1-6"), (6, "1-6"), (12, "7-12"), (13, "13-")])
def test_bands_of_duration(months: int, band: str) -> None:
    assert Duration.of(months) == band


def test_old_addresses_become_criteria() -> None:
    old = [
        ("search_keywords", "peace"),
        ("search_location", "Geneva"),
        ("search_category[]", "security-defence"),
        ("search_job_type", "full-time"),
        ("search_job_type", "internship"),
        ("search_category", "think-tanks"),
        ("search_category", "17"),
    ]
    asked = from_wpjm(old)
    assert asked is not None
    assert asked.query_pairs() == [
        ("q", "peace think tanks"),
        ("where", "Geneva"),
        ("type", "internship"),
        ("topic", "security_defence"),
        ("hours", "full_time"),
    ]


def test_our_own_addresses_are_not_old_ones() -> None:
    assert from_wpjm([("q", "peace")]) is None
    assert from_wpjm([("search_keywords", "")]) == Criteria()


_values = st.text(max_size=30) | st.sampled_from(
    ["1", "7", "open", "DE", "tr", "phd", "remote", "en", "best", "not_stated", "0-2", "2"]
)


@given(st.lists(st.tuples(st.sampled_from([*KEYS, "near", "x"]) | st.text(max_size=9), _values)))
def test_whatever_is_read_is_said_back_the_same(pairs: Pairs) -> None:
    asked = Criteria.parse(pairs).criteria
    again = Criteria.parse(asked.query_pairs())
    assert again.criteria == asked
    assert again.problems == ()
