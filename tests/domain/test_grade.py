import pytest

from jobboard.domain.grade import canonical_grade


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("P-3", "P-3"),
        ("p3", "P-3"),
        (" P 3 ", "P-3"),
        ("gs13", "GS-13"),
        ("AD 7", "AD7"),
        ("AD-7", "AD7"),
        ("NOB", "NOB"),
        ("P", "P"),
        ("IPSA-10/11", "IPSA-10/11"),
        ("", ""),
    ],
)
def test_a_grade_is_the_same_however_it_is_typed(typed: str, meant: str) -> None:
    assert canonical_grade(typed) == meant
    assert canonical_grade(meant) == meant
