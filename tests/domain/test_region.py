"""The site's regions."""

from jobboard.domain.region import REGIONS, regions_of
from jobboard.domain.taxonomy import Region
from jobboard.tables.gazetteer import regions_by_country


def test_regions_come_once_and_in_the_sites_order() -> None:
    assert regions_of(["TR", "DE", "FR"], regions_by_country()) == [
        "europe",
        "middle_east_africa",
        "eurasia",
    ]
    assert regions_of(["??"], regions_by_country()) == []


def test_the_regions_are_those_of_the_vocabulary() -> None:
    assert list(REGIONS) == [region.value for region in Region]
