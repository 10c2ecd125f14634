"""The description by which a browser can search the board (OpenSearch 1.1)."""

from xml.etree import ElementTree

from jobboard.markup.text import xml_safe

MEDIA_TYPE = "application/opensearchdescription+xml"

#: The specification's limits, in characters.
SHORT_NAME_LENGTH = 16
DESCRIPTION_LENGTH = 1_024

_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"


def write_description(
    *,
    short_name: str,
    description: str,
    html_template: str,
    rss_template: str = "",
    suggestions_template: str = "",
    icon_url: str = "",
) -> bytes:
    """Return the description document in UTF-8.

    Templates are whole addresses that hold ``{searchTerms}``; an empty one is left out.
    Too long names are cut to what the specification allows.
    """
    root = ElementTree.Element("OpenSearchDescription", {"xmlns": _NAMESPACE})
    _put(root, "ShortName", xml_safe(short_name)[:SHORT_NAME_LENGTH].strip())
    _put(root, "Description", xml_safe(description)[:DESCRIPTION_LENGTH].strip())
    _put(root, "InputEncoding", "UTF-8")
    _put(root, "OutputEncoding", "UTF-8")
    if icon_url:
        _put(root, "Image", icon_url)
    for media_type, template in (
        ("text/html", html_template),
        ("application/rss+xml", rss_template),
        ("application/x-suggestions+json", suggestions_template),
    ):
        if template:
            url = ElementTree.SubElement(root, "Url")
            url.set("type", media_type)
            url.set("template", xml_safe(template))
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
