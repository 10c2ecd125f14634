"""Marks words for translation where no request, and so no language, is known yet.

The catalogue's extractor looks for ``N_("...")``; the page translates the value when it shows it.
"""


def N_(message: str) -> str:  # noqa: N802 - the name gettext's tools and translators look for
    """Return the message unchanged, marked for the catalogues."""
    return message
