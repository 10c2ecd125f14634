"""The description by which a browser searches the board."""

from defusedxml import ElementTree

from jobboard.formats.opensearch import write_description

OPEN_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_a_browser_learns_how_to_search() -> None:
    root = ElementTree.fromstring(
        write_description(
            short_name="A name that is longer than sixteen",
            description="d" * 2_000,
            html_template="https://x.example/?q={searchTerms}&a=b",
            rss_template="https://x.example/rss?q={searchTerms}",
        )
    )
    assert root.findtext(f"{OPEN_SEARCH}ShortName") == "A name that is l"
    assert len(root.findtext(f"{OPEN_SEARCH}Description") or "") == 1_024
    assert [(url.get("type"), url.get("template")) for url in root.iter(f"{OPEN_SEARCH}Url")] == [
        ("text/html", "https://x.example/?q={searchTerms}&a=b"),
        ("application/rss+xml", "https://x.example/rss?q={searchTerms}"),
    ]
