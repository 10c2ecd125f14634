"""What others call a kind of work, in the board's words."""

import pytest

from jobboard.formats.employment import Employment, category_words, read_employment


@pytest.mark.parametrize(
    ("words", "title", "expected"),
    [
        (["FULL_TIME"], "", Employment("staff", ("full_time",))),
        (["Full-time", "Part-time"], "", Employment("staff", ("full_time", "part_time"))),
        (["FullTime; Permanent"], "", Employment("staff", ("full_time",), "permanent")),
        (["CONTRACTOR"], "", Employment("consultancy", (), "assignment")),
        (["Vollzeit"], "Praktikant Politik", Employment("internship", ("full_time",))),
        (["Tam Zamanlı"], "", Employment("staff", ("full_time",))),
        (["دوام كامل"], "", Employment("staff", ("full_time",))),
        ([], "Postdoctoral Fellow", Employment("postdoc")),
        ([], "Analyst", Employment()),
        (["Temporary"], "", Employment("staff", (), "temporary")),
        (["F; u; l; l;  ; T; i; m; e"], "", Employment("staff", ("full_time",))),
    ],
)
def test_words_of_a_source_are_understood(
    words: list[str], title: str, expected: Employment
) -> None:
    assert read_employment(words, title) == expected


def test_the_words_decide_before_the_title() -> None:
    assert read_employment(["Volunteer"], "Internship coordinator").opportunity_type == "volunteer"


def test_categories_name_topics_and_a_function() -> None:
    assert category_words(("Energy", "Research")) == (("energy",), "research_analysis")
    assert category_words(("Gardening",)) == ((), "not_stated")
