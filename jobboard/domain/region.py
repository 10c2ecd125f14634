"""The site's regions, and what may be said instead of a country."""

from collections.abc import Iterable, Mapping

#: In the order of the site's menu; names for people stand in ``domain.taxonomy``.
REGIONS = ("europe", "middle_east_africa", "eurasia", "asia_pacific", "americas")


def regions_of(
    countries: Iterable[str], regions_by_country: Mapping[str, Iterable[str]]
) -> list[str]:
    """Return the regions in which the countries lie, each once, in the site's order.

    The map is the caller's (``tables.gazetteer`` has the first one, an administrator may
    keep another): a country may lie in two regions, as Türkiye does, or in none.
    """
    found = {region for country in countries for region in regions_by_country.get(country, ())}
    return [region for region in REGIONS if region in found]
