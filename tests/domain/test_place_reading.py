"""Places are read out of what people write, and nothing written is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.domain.place import Place
from jobboard.domain.places import PLACES_AT_MOST, parse_places, whereabouts


def short(place: Place) -> str:
    known = "*" if place.geoname_id else ""
    return f"{place.country}/{place.area}/{place.city}{known}"


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Tallinn, Estonia", None, ["EE//Tallinn*"]),
        ("Tbilisi, Georgia; Chișinău, Moldova", None, ["GE//Tbilisi*", "MD//Chișinău*"]),
        ("Remote, District of Columbia, Washington", None, ["US/DC/", "US/WA/"]),
        ("London", None, ["GB//London*"]),
        ("London UK", None, ["GB//London*"]),
        ("Istanbul, Türkiye · Hybrid", None, ["TR//Istanbul*"]),
        ("New York, NY", None, ["US/NY/New York*"]),
        ("US, NY, New York", None, ["US/NY/New York*"]),
        ("GB, LND, London", None, ["GB//London*"]),
        ("Berlin, Germany; Paris", None, ["DE//Berlin*", "FR//Paris*"]),
        ("Berlin, Berlin, Germany", None, ["DE//Berlin*"]),
        ("Berlin, DE", None, ["DE//Berlin*"]),
        ("Wilmington, DE", None, ["US/DE/Wilmington*"]),
        ("Fort Wayne, IN", None, ["US/IN/Fort Wayne*"]),
        ("Bangalore, IN", None, ["IN//Bangalore*"]),
        ("Georgia", None, ["GE//"]),
        ("Georgia", "US", ["US/GA/"]),
        ("Atlanta, Georgia, United States", None, ["US/GA/Atlanta*"]),
        ("Tbilisi, Georgia", None, ["GE//Tbilisi*"]),
        ("Madison WI USA", None, ["US/WI/Madison*"]),
        ("Toronto ON CA", None, ["CA/ON/Toronto*"]),
        ("Massachusetts - Boston", None, ["US/MA/Boston*"]),
        ("Washington, D.C.", None, ["US/DC/Washington*"]),
        ("Washington, District of Columbia, United States", None, ["US/DC/Washington*"]),
        ("Albany County, New York", "US", ["US/NY/Albany County"]),
        ("9, rue Desargues, 75011 Paris", "FR", ["FR//Paris*"]),
        ("Bryssel, Belgien", None, ["BE//Bryssel*"]),
        ("بغداد", "IQ", ["IQ//بغداد*"]),
        ("Maadi, Cairo", "EG", ["EG//Maadi, Cairo*"]),
        ("Remote (Germany)", None, ["DE//"]),
        ("Remote - US", None, ["US//"]),
        ("Ottawa; Canada", "CA", ["CA/ON/Ottawa*"]),
        ("USA, Canada, Mexico", None, ["US//", "CA//", "MX//"]),
        ("Syrian Arab Republic", "SY", ["SY//"]),
        ("", "PE", ["PE//"]),
        ("", None, []),
        ("Various Locations", None, []),
        ("2 Locations", None, []),
        ("Zzyzx Under Water", None, ["None//Zzyzx Under Water"]),
        ("Casey City Council", "AU", ["AU//Casey City Council"]),
    ],
)
def test_places_as_people_write_them(text: str, country: str | None, expected: list[str]) -> None:
    assert [short(place) for place in parse_places(text, country)] == expected


def test_remote_and_hybrid_are_heard() -> None:
    assert whereabouts("Remote, Germany").says_remote
    assert whereabouts("Istanbul · Hybrid").says_hybrid
    assert not whereabouts("Tallinn, Estonia").says_remote


def test_a_found_city_has_its_point() -> None:
    (place,) = parse_places("Tallinn, Estonia")
    assert place.lat == pytest.approx(59.44, abs=0.05)
    assert place.lon == pytest.approx(24.75, abs=0.05)


@given(st.text(max_size=200), st.sampled_from([None, "US", "FR", "XX"]))
def test_no_text_is_too_odd(text: str, country: str | None) -> None:
    places = parse_places(text, country)
    assert len(places) <= PLACES_AT_MOST
    assert all(len(place.city) <= 100 for place in places)


@given(
    st.lists(
        st.sampled_from(
            ["Georgia", "US", "NY", ",", ";", " - ", "Paris", "(", ")", "CA", "Remote", "1", "/"]
        )
    ).map(" ".join)
)
def test_no_mixture_of_known_words_is_too_odd(text: str) -> None:
    parse_places(text)
