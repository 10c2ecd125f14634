"""People and organisations as administrators find them."""

from typing import Any

import pytest
from sqlalchemy.orm import scoped_session

from jobboard.markup.text import fold
from jobboard.models.organisation import Organisation
from jobboard.queries import people as find
from tests.support.people import NOW, person

Db = scoped_session[Any]


def organisation(session: Db, slug: str, name: str) -> Organisation:
    row = Organisation(slug=slug, name=name, name_key=fold(name), created_at=NOW, updated_at=NOW)
    session.add(row)
    session.commit()
    return row


@pytest.mark.parametrize("words", ["Özge", "ge Y", "OZGE@think"])
def test_a_person_is_found_by_a_part_of_name_or_address(session: Db, words: str) -> None:
    ozge = person(session, "ozge")
    ozge.name = "Özge Yıldız"
    session.commit()
    person(session, "bob")
    assert find.people(words=words, group="", page=1) == ([ozge], 1)


@pytest.mark.parametrize("words", ["Özel", "ÖZEL", "ozel", "kurum"])
def test_an_organisation_is_found_by_a_part_of_its_name(session: Db, words: str) -> None:
    body = organisation(session, "ozel-kurum", "Özel Kurum")
    organisation(session, "another", "Another")
    assert find.organisations(words=words, page=1) == ([body], 1)


@pytest.mark.parametrize("words", ["%", "_", "\\", "\N{COMBINING ACUTE ACCENT}"])
def test_signs_are_letters(session: Db, words: str) -> None:
    person(session)
    organisation(session, "another", "Another")
    assert find.people(words=words, group="", page=1) == ([], 0)
    assert find.organisations(words=words, page=1) == ([], 0)
