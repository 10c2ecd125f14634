"""Files of other boards for imports: WordPress exports and JSON Lines, invented."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import zstandard

SITE = "https://thinktank.example"

_HEAD = f"""<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.5" -->
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Think Tank</title><link>{SITE}</link><language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>{SITE}</wp:base_site_url><wp:base_blog_url>{SITE}</wp:base_blog_url>
"""
AUTHOR = (
    "<wp:author><wp:author_id>7</wp:author_id><wp:author_login>ulla</wp:author_login>"
    "<wp:author_email>ulla@baltic.example</wp:author_email>"
    "<wp:author_display_name>Ulla Tamm</wp:author_display_name></wp:author>\n"
)
TERM = (
    "<wp:term><wp:term_id>2</wp:term_id><wp:term_taxonomy>job_listing_type</wp:term_taxonomy>"
    "<wp:term_slug>posting</wp:term_slug><wp:term_name>Posting</wp:term_name><wp:termmeta>"
    "<wp:meta_key>employment_type</wp:meta_key><wp:meta_value>PART_TIME</wp:meta_value>"
    "</wp:termmeta></wp:term>\n"
)


def wxr(*items: str, before: str = AUTHOR + TERM, after: str = "") -> bytes:
    """A WordPress export of the items."""
    return f"{_HEAD}{before}{''.join(items)}{after}</channel>\n</rss>\n".encode()


def item(
    post_id: int = 4711,
    title: str = "Senior Analyst",
    *,
    content: str = "We seek a senior analyst.",
    meta: Iterable[tuple[str, str]] = (),
    terms: Mapping[tuple[str, str], str] | None = None,
    **fields: str,
) -> str:
    """One listing of an export; `fields` are named as in the file, without their prefix."""
    post_name = fields.get("post_name", f"senior-analyst-{post_id}")
    whole = {
        "title": title,
        "link": f"{SITE}/job/{post_name}/",
        "creator": "ulla",
        "guid": f"{SITE}/?post_type=job_listing&p={post_id}",
        "excerpt": "",
        "post_id": str(post_id or ""),
        "post_date": "2026-10-05 09:30:00",
        "post_date_gmt": "2026-10-05 07:30:00",
        "post_modified": "2026-10-06 10:00:00",
        "post_modified_gmt": "2026-10-06 08:00:00",
        "post_name": post_name,
        "status": "publish",
        "post_type": "job_listing",
        "post_password": "",
        **fields,
    }
    lines = [
        f"<{tag}>{_data(value)}</{tag}>" for name, value in whole.items() if (tag := _tag(name))
    ]
    lines.append(f"<content:encoded>{_data(content)}</content:encoded>")
    for (taxonomy, slug), name in (terms or {}).items():
        lines.append(f'<category domain="{taxonomy}" nicename="{slug}">{_data(name)}</category>')
    for key, value in meta:
        lines.append(
            f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
            f"<wp:meta_value>{_data(value)}</wp:meta_value></wp:postmeta>"
        )
    return "<item>\n" + "\n".join(lines) + "\n</item>\n"


def attachment(post_id: int, url: str) -> str:
    """A picture of an export."""
    return item(post_id, "logo", post_type="attachment", status="inherit").replace(
        "</item>", f"<wp:attachment_url>{escape(url)}</wp:attachment_url></item>"
    )


def record(number: int = 1, **fields: object) -> dict[str, object]:
    """One record of JSON Lines, complete enough to be found again."""
    return {"id": f"made:{number}", "set": "made", "title": f"Policy Officer {number}", **fields}


def json_lines(*records: object) -> bytes:
    """Records as JSON Lines; a text stands there as it is."""
    return b"".join(
        (each if isinstance(each, str) else json.dumps(each)).encode() + b"\n" for each in records
    )


def write(path: Path, content: bytes) -> Path:
    """Write a file, packed as its name says, and return its path."""
    if path.suffix == ".gz":
        content = gzip.compress(content)
    elif path.suffix == ".zst":
        content = zstandard.ZstdCompressor().compress(content)
    path.write_bytes(content)
    return path


def _tag(name: str) -> str:
    prefixes = {"creator": "dc:creator", "excerpt": "excerpt:encoded"}
    plain = name in ("title", "link", "guid")
    return name if plain else prefixes.get(name, f"wp:{name}")


def _data(text: str) -> str:
    # As WordPress writes it: what would end the section is parted into two.
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
