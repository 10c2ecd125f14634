"""Regions of the world by the names people use."""

import pytest

from jobboard.tables import gazetteer, world_regions


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("West Africa", "Western Africa"),
        ("west-africa", "Western Africa"),
        ("the Sahel", "Sahel"),
        ("MENA", "Middle East and North Africa"),
        ("Orta Asya", "Central Asia"),
        ("الخليج", "Gulf"),
        ("EU", "European Union"),
        ("MENA region", "Middle East and North Africa"),
        ("Great Lakes region", "Great Lakes region"),
        ("Horn of Africa", "Horn of Africa"),
        ("Eastern Mediterranean", "Eastern Mediterranean"),
        ("Karadeniz", "Black Sea"),
        ("Persian Gulf", "Gulf"),
        ("South Caucasus", "Caucasus"),
    ],
)
def test_regions_by_the_names_people_use(name: str, region: str) -> None:
    found = world_regions.named(name)
    assert found is not None
    assert found.name == region


def test_a_name_that_is_none() -> None:
    assert world_regions.named("Atlantis") is None
    assert world_regions.named("") is None


def test_the_five_parts_of_the_world_hold_each_country_once() -> None:
    parts = [world_regions.named(n) for n in ("Africa", "Americas", "Asia", "Europe", "Oceania")]
    codes = [code for part in parts if part for code in part.countries]
    everywhere = {country.code for country in gazetteer.countries()}
    assert sorted(codes) == sorted(everywhere - {"AQ", "BV", "GS"})


def test_all_codes_are_countries_and_no_name_means_two_regions() -> None:
    everywhere = {country.code for country in gazetteer.countries()}
    assert all(region.countries <= everywhere for region in world_regions.regions())
    assert all(world_regions.named(region.name) == region for region in world_regions.regions())


def test_beginnings() -> None:
    assert [r.name for r in world_regions.beginning_with("sah")] == ["Sahel"]
    assert [r.name for r in world_regions.beginning_with("eu")[:2]] == ["European Union", "Europe"]
    assert [r.name for r in world_regions.beginning_with("europe")][:3] == [
        "Europe",
        "European Union",
        "Eastern Europe",
    ]
    assert [r.name for r in world_regions.beginning_with("mena region")] == [
        "Middle East and North Africa"
    ]
    assert world_regions.beginning_with("s") == []
