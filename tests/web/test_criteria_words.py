"""A search in words."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from jobboard.domain.criteria import KEYS, VOCABULARIES, Criteria
from jobboard.web import criteria_words
from jobboard.web.criteria_words import describe, heading, value_label


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """The words need the catalogue and nothing else of the board."""
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


def asked(query: str) -> Criteria:
    parsed = Criteria.parse([tuple(pair.split("=", 1)) for pair in query.split("&") if pair])  # type: ignore[misc]
    assert parsed.problems == ()
    return parsed.criteria


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Jobs"),
        ("q=black sea", "Jobs for “black sea”"),
        (
            "type=fellowship&focus=NE&eligible=open_to_all&deadline=7",
            "Fellowships about Niger, open to any nationality, closing within a week",
        ),
        (
            "type=fellowship&type=internship&country=FR&country=GB",
            "Fellowships or internships in France or the United Kingdom",
        ),
        ("topic=energy&region=americas", "Jobs on energy in the Americas"),
        ("mode=remote&mode=hybrid&paid=1", "Jobs, hybrid or remote, paid"),
        ("where=Tiflis&org_kind=ngo", "Jobs in “Tiflis”, at NGOs"),
        ("where=Remote", "Jobs with remote work"),
        ("remote=KE&visa=yes", "Jobs remote from Kenya, with visa support"),
        ("remote=anywhere", "Jobs remote from anywhere"),
        ("passport=TR&since=1", "Jobs, open to a passport of Türkiye, posted within 24 hours"),
        ("years=3-4&duration=13-", "Jobs, experience of 3–4 years, lasting 13+ months"),
        ("language=en&language=tr", "Jobs, with no other languages than English or Turkish"),
        ("education=master", "Jobs, with no more education than master's degree"),
        ("grade=P-4&deadline=open", "Jobs, grade P-4, without a fixed deadline"),
        ("page=7&sort=deadline", "Jobs"),
        (
            "seniority=not_stated&type=not_stated",
            "Jobs, contract: not stated, seniority: not stated",
        ),
    ],
)
def test_a_search_is_described_whole(query: str, words: str) -> None:
    assert describe(asked(query)) == words


def test_a_city_is_said_with_its_country() -> None:
    criteria = asked("near=Geneva&radius=30")
    assert describe(criteria) == "Jobs within 30 km of Geneva, Switzerland"
    assert criteria_words.near_label(criteria) == "Within 30 km of Geneva, Switzerland"


def test_organisations_are_said_by_name_where_it_is_known() -> None:
    criteria = asked("organisation=grand&organisation=other")
    names = {"grand": "Centre for Grand Strategy"}
    assert describe(criteria, names) == "Jobs, at Centre for Grand Strategy or other"
    assert value_label("organisation", "grand", names) == "Centre for Grand Strategy"


def test_long_choices_are_counted() -> None:
    criteria = asked("country=FR&country=DE&country=IT&country=ES&country=TR")
    assert describe(criteria) == "Jobs in Germany, Spain, France or 2 more"


@pytest.mark.parametrize(
    ("query", "total", "words"),
    [
        ("q=black sea&country=TR", 42, "42 jobs for “black sea” in Türkiye"),
        ("q=black sea", 1, "1 job for “black sea”"),
        ("q=x", 0, "No jobs for “x”"),
        ("q=x&type=phd", 0, "No doctoral positions for “x”"),
        ("type=fellowship", 1284, "1,284 fellowships"),
        ("type=fellowship", 1, "1 job"),
        ("type=fellowship&type=staff", 3, "3 jobs"),
        ("paid=1&hours=part_time&mode=hybrid&since=7", 5, "5 jobs, hybrid, paid, part-time"),
    ],
)
def test_a_heading_counts_and_stays_short(query: str, total: int, words: str) -> None:
    assert heading(asked(query), total) == words


def test_what_people_typed_is_not_read_as_a_pattern() -> None:
    assert describe(Criteria(q="100% %(count)s {x}")) == "Jobs for “100% %(count)s {x}”"


def test_every_value_of_every_vocabulary_has_words_of_its_own() -> None:
    for key, vocabulary in VOCABULARIES.items():
        if key == "sort":
            continue
        values = [word.value for word in vocabulary]
        labels = [value_label(key, value) for value in values]
        assert len(set(labels)) == len(values), key
        assert all(labels), key
        for value in values:
            assert describe(asked(f"{key}={value}")) != "Jobs", (key, value)


def test_every_key_of_a_search_is_described() -> None:
    said = {
        "q": "x", "where": "x", "near": "Geneva", "remote": "KE", "country": "FR", "focus": "FR",
        "passport": "TR", "language": "tr", "grade": "P-4", "organisation": "x", "paid": "1",
        "unpaid": "1", "pay_stated": "1",
    }  # fmt: skip
    for key in set(KEYS) - set(VOCABULARIES) - {"page", "radius"}:
        assert describe(asked(f"{key}={said[key]}")) != "Jobs", key


def test_a_turkish_sentence_begins_with_a_dotted_letter() -> None:
    with force_locale("tr"):
        assert criteria_words._capitalised("iş ilanları") == "İş ilanları"
        assert describe(asked("country=GB")).endswith("Birleşik Krallık")


def test_chips_stand_alone() -> None:
    criteria = asked("deadline=7&focus=NE&hours=full_time&eligible=other&near=Geneva")
    chips = [criteria_words.chip_label(criteria, *pair) for pair in criteria.filter_pairs()]
    assert chips == [
        "Within 50 km of Geneva, Switzerland",
        "About: Niger",
        "Deadline: Within 7 days",
        "Who may apply: Other",
        "Full-time",
    ]


def test_no_two_questions_of_the_page_have_the_same_name() -> None:
    legends = list(criteria_words.LEGENDS.values())
    assert sorted(set(legends)) == sorted(legends)
    chip = criteria_words.chip_label(Criteria(), "org_kind", "other")
    assert chip.startswith("Kind of organisation: ")
