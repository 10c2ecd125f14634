"""Countries and cities are found under the names people use."""

import pytest

from jobboard.domain.taxonomy import Region
from jobboard.markup.text import fold
from jobboard.tables import currencies, gazetteer, zones


def test_all_countries_of_iso_3166_and_kosovo_are_there() -> None:
    codes = [each.code for each in gazetteer.countries()]
    assert len(codes) == len(set(codes)) == 250
    assert "XK" in codes


def test_every_country_lies_in_a_region_but_the_antarctic() -> None:
    without = [each.code for each in gazetteer.countries() if not each.regions]
    assert without == ["AQ"]
    assert {region for each in gazetteer.countries() for region in each.regions} == set(Region)


def test_turkiye_belongs_to_two_regions() -> None:
    assert gazetteer.regions_by_country()["TR"] == ("middle_east_africa", "eurasia")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Turkey", "TR"),
        ("TÜRKİYE", "TR"),
        ("turkiye", "TR"),
        ("UK", "GB"),
        ("U.S.", "US"),
        ("USA", "US"),
        ("DEU", "DE"),
        ("Burma", "MM"),
        ("Ivory Coast", "CI"),
        ("Côte d'Ivoire", "CI"),
        ("Syrian Arab Republic", "SY"),
        ("Deutschland", "DE"),
        ("سوريا", "SY"),
        ("Грузия", "GE"),
        ("Georgia", "GE"),
        ("Kosovo", "XK"),
        ("DRC", "CD"),
        ("in", None),
        ("", None),
        ("Atlantis", None),
    ],
)
def test_countries_by_the_names_people_use(name: str, code: str | None) -> None:
    assert gazetteer.country_named(name) == code


def test_a_box_of_places_knows_codes_in_small_letters() -> None:
    assert [gazetteer.country_meant(text) for text in ("us", "Us", "de", "uk")] == [
        "US",
        "US",
        "DE",
        "GB",
    ]
    assert gazetteer.country_named("us") is None
    assert gazetteer.country_meant("xx") is None


def test_every_country_is_found_under_its_own_name() -> None:
    assert all(gazetteer.country_named(each.name) == each.code for each in gazetteer.countries())


def test_names_by_language_fall_back_to_english() -> None:
    assert gazetteer.country_name("FR", "ar") == "فرنسا"
    assert gazetteer.country_name("FR", "nonsense") == "France"
    assert gazetteer.country_name("zz") == "zz"
    assert gazetteer.country("fr") == gazetteer.country("FR")
    assert gazetteer.country("zz") is None


@pytest.mark.parametrize(
    ("name", "country", "area"),
    [
        ("London", "GB", ""),
        ("Geneva", "CH", ""),
        ("Genève", "CH", ""),
        ("München", "DE", ""),
        ("Cologne", "DE", ""),
        ("Wien", "AT", ""),
        ("Kiev", "UA", ""),
        ("Москва", "RU", ""),
        ("بغداد", "IQ", ""),
        ("ISTANBUL", "TR", ""),
        ("Washington DC", "US", "DC"),
        ("Vaduz", "LI", ""),
    ],
)
def test_the_greatest_city_of_a_name_comes_first(name: str, country: str, area: str) -> None:
    best = gazetteer.cities_named(name)[0]
    assert (best.country, best.area) == (country, area)
    assert zones.is_zone(best.zone)


def test_a_country_narrows_the_cities() -> None:
    assert [city.area for city in gazetteer.cities_named("London", "CA")] == ["ON"]
    assert gazetteer.cities_named("London", "TR") == []
    assert gazetteer.cities_named("") == []


def test_the_stored_names_are_folded_as_search_folds() -> None:
    for name in ("Istanbul", "Chisinau", "São Paulo", "Łódź", "Reykjavík"):
        city = gazetteer.cities_named(name)[0]
        assert city in gazetteer.cities_named(fold(city.name))
        assert gazetteer.city(city.geoname_id) == city


def test_suggestions_begin_with_the_greatest() -> None:
    names = [city.name for city in gazetteer.suggest("ista", limit=3)]
    assert names[0] == "Istanbul"
    assert len(gazetteer.suggest("a")) == 0
    assert len(gazetteer.suggest("san", limit=5)) == 5
    assert gazetteer.suggest("\x00\x00\x00") == ()


def test_currencies_know_their_decimals() -> None:
    assert [currencies.digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    assert currencies.is_currency("TRY")
    assert not currencies.is_currency("XYQ")
    assert set(currencies.COMMON) < set(currencies.currencies())
    assert all(currencies.is_currency(code) for code in currencies.SYMBOLS.values())


def test_zones_begin_with_the_common_ones_and_repeat_none() -> None:
    names = zones.zones()
    assert names[: len(zones.COMMON)] == zones.COMMON
    assert len(names) == len(set(names))
    assert all(map(zones.is_zone, names))
    assert not zones.is_zone("Mars/Olympus")
    assert not zones.is_zone("../../etc/passwd")
