"""A seeker's place: one point, one spelling; suggestions while typing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.domain.places import area_name, city_value, kilometres, spot, suggest
from jobboard.tables import gazetteer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("geneva", "Geneva, CH"),
        ("Genève", "Geneva, CH"),
        ("Cambridge", "Cambridge, GB"),
        ("Cambridge, MA", "Cambridge, MA, US"),
        ("Cambridge, Massachusetts", "Cambridge, MA, US"),
        ("Paris, France", "Paris, FR"),
        ("2660646", "Geneva, CH"),
        ("46.2, 6.15", "46.2,6.15"),
        ("-0,-0", "0,0"),
    ],
)
def test_what_is_meant_has_one_spelling(text: str, value: str) -> None:
    found = spot(text)
    assert found is not None
    assert found.value == value
    assert spot(value) == found


@pytest.mark.parametrize("text", ["", "Nowhereville", "Germany", "12", "91,0", "0,181", "x" * 999])
def test_what_is_no_point(text: str) -> None:
    assert spot(text) is None


@given(st.sampled_from(range(2_000)))
def test_every_city_has_a_value_that_means_itself(number: int) -> None:
    city = gazetteer.cities_named("San Antonio")[0] if number == 0 else gazetteer._city(number)
    found = spot(city_value(city))
    assert found is not None
    assert (found.lat, found.lon) == (city.lat, city.lon)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("washington, dc", "Washington, DC, US"),
        ("Washington, D.C.", "Washington, DC, US"),
        ("washington, d.c., usa", "Washington, DC, US"),
        ("cambridge, ma", "Cambridge, MA, US"),
        ("cambridge, uk", "Cambridge, GB"),
        ("berlin, de", "Berlin, DE"),
        ("odessa", "Odesa, UA"),
        ("Odessa, TX", "Odessa, TX, US"),
        ("Nur-Sultan", "Astana, KZ"),
        ("nur sultan", "Astana, KZ"),
        ("alma ata", "Almaty, KZ"),
        ("Venezia", "Venice, IT"),
        ("Bruges", "Brugge, BE"),
        ("Kudüs", "Jerusalem, IL"),
        ("NYC", "New York City, NY, US"),
        ("Port Vila", "Port-Vila, VU"),
        ("coxs bazar", "Cox’s Bāzār, BD"),
        ("n’djamena", "N'Djamena, TD"),
        ("Jo'burg", "Johannesburg, ZA"),
    ],
)
def test_cities_as_people_type_them(text: str, value: str) -> None:
    found, named = spot(text), spot(value)
    assert found is not None
    assert found == named


def test_the_great_circle() -> None:
    assert kilometres(50.85, 4.349, 48.853, 2.349) == pytest.approx(264, abs=1)
    assert kilometres(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert kilometres(90, 0, -90, 0) == pytest.approx(20_015, abs=1)
    assert kilometres(1, 2, 1, 2) == 0


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("geo", "country", "Georgia"),
        ("sahe", "region", "Sahel"),
        ("istan", "city", "Istanbul, TR"),
        ("München", "city", "Munich, DE"),
        ("kiev", "city", "Kyiv, UA"),
        ("odessa", "city", "Odesa, UA"),
        ("alma at", "city", "Almaty, KZ"),
        ("nyc", "city", "New York City, NY, US"),
        ("tuerkei", "", ""),
        ("Türkei", "country", "Türkiye"),
        ("horn of africa", "region", "Horn of Africa"),
        ("eu", "region", "European Union"),
        ("Europe", "region", "Europe"),
        ("black s", "region", "Black Sea"),
        ("re", "remote", "Remote"),
        ("REMOTE", "remote", "Remote"),
        ("work fr", "remote", "Remote"),
        ("Télétravail", "remote", "Remote"),
        ("hom", "city", "Homs, SY"),
        ("x", "", ""),
        ("\x00", "", ""),
        ("a" * 200, "", ""),
    ],
)
def test_suggestions_while_typing(text: str, kind: str, value: str) -> None:
    found = suggest(text, 5)
    assert len(found) <= 5
    assert ((found[0].kind, found[0].value) if found else ("", "")) == (kind, value)


def test_a_suggested_city_is_what_near_finds() -> None:
    for one in suggest("san", 10):
        if one.kind == "city":
            found = spot(one.near)
            assert found is not None
            assert found.value == one.near


def test_names_of_states() -> None:
    assert (area_name("US", "GA"), area_name("CA", "ON"), area_name("FR", "X")) == (
        "Georgia",
        "Ontario",
        "",
    )
