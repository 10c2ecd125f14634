"""The columns of the facets: numbers that stand for the same value in every commit."""

from pathlib import Path

from jobboard.domain.criteria import Criteria
from jobboard.search import engine
from jobboard.search.columns import COLUMNS, SEVERAL, Numbers, marked_several
from jobboard.search.index import SearchIndex
from tests.support.documents import document
from tests.support.people import NOW

_STAFF = {"type": ("staff",), "topic": ("security", "sahel"), "country": ("FR",)}
_INTERN = {"type": ("internship",), "topic": ("sahel",), "country": ("FR", "DE")}


def _numbers(numbers: Numbers, facets: dict[str, tuple[str, ...]]) -> dict[str, int]:
    return {column: number for column, number, _ in numbers.of(facets)}


def test_the_same_value_has_the_same_number_and_another_value_another() -> None:
    numbers = Numbers()
    staff, intern = _numbers(numbers, _STAFF), _numbers(numbers, _INTERN)
    assert _numbers(numbers, _STAFF) == staff
    assert staff.keys() == intern.keys() == COLUMNS.keys()
    assert staff["type_column"] != intern["type_column"]
    assert staff["grade_column"] == intern["grade_column"]


def test_a_number_says_what_it_stands_for() -> None:
    numbers = Numbers()
    number = _numbers(numbers, _STAFF)["topic_column"]
    assert numbers.choices["topic_column"][number] == (("topic", "sahel"), ("topic", "security"))


def test_a_listing_of_several_countries_is_marked_not_named() -> None:
    numbers = Numbers()
    number = _numbers(numbers, _INTERN)["country_column"]
    assert numbers.choices["country_column"][number] == (("country", SEVERAL),)
    assert (marked_several(_INTERN), marked_several(_STAFF)) == (["country"], [])


def test_numbers_are_kept_from_one_commit_to_the_next_and_by_other_processes(
    tmp_path: Path,
) -> None:
    SearchIndex(tmp_path).rebuild([document(1, facets=_STAFF)], 1)
    first = Numbers.read(SearchIndex(tmp_path).reload().searcher)
    SearchIndex(tmp_path).write([document(2, facets=_INTERN), document(3, facets=_STAFF)], [], 2)
    later = Numbers.read(SearchIndex(tmp_path).reload().searcher)
    assert _numbers(later, _STAFF) == _numbers(first, _STAFF)
    assert _numbers(later, _INTERN)["type_column"] != _numbers(later, _STAFF)["type_column"]


def test_counts_are_right_over_several_commits(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path)
    index.rebuild([document(one, facets=_STAFF) for one in range(1, 101)], 1)
    index.write([document(one, facets=_INTERN) for one in range(90, 110)], [1, 2], 2)
    facets = engine.answer(index.reload(), Criteria(), NOW).facets
    assert facets["type"] == {"staff": 87, "internship": 20}
    assert facets["topic"] == {"sahel": 107, "security": 87}
    assert facets["country"] == {"FR": 107, "DE": 20}
