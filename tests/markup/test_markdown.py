"""Formatted text keeps its shape and loses its dangers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobboard.markup.markdown import (
    LENGTH_AT_MOST,
    clean_html,
    from_wordpress,
    plain_text,
    summary,
    text_to_html,
    to_html,
)


def test_markdown_becomes_the_allowed_html() -> None:
    assert to_html("Hello *you*\n\n- **a**\n- b") == (
        "<p>Hello <em>you</em></p>\n<ul>\n<li><strong>a</strong></li>\n<li>b</li>\n</ul>\n"
    )


def test_headings_go_below_those_of_the_page_without_a_gap() -> None:
    assert to_html("# A\n\n## B\n\n### C") == "<h3>A</h3>\n<h4>B</h4>\n<h4>C</h4>\n"
    assert to_html("### Only") == "<h3>Only</h3>\n"
    assert clean_html("<h1>A</h1><h2>B</h2>") == "<h3>A</h3><h4>B</h4>"


def test_html_inside_markdown_is_shown_and_not_run() -> None:
    assert "&lt;script&gt;" in to_html("<script>alert(1)</script>")


def test_lines_that_somebody_ended_stay_lines() -> None:
    assert to_html("Grade: P-3\r\nDuty station: Tripoli\r\n\r\nText.") == (
        "<p>Grade: P-3<br>\nDuty station: Tripoli</p>\n<p>Text.</p>\n"
    )


def test_a_list_out_of_a_word_processor_stays_a_list() -> None:
    pasted = (
        "Duties\r\n·\tWrite two papers a year, and\r\nbrief ministries\r\no\tin Brussels\r\n"
        "•  Mentor\r\nLanguages\r\n\uf0b7 English\r\n–\tFrench"
    )
    assert to_html(pasted).replace("\n", "") == (
        "<p>Duties</p><ul><li>Write two papers a year, and brief ministries"
        "<ul><li>in Brussels</li></ul></li><li>Mentor</li></ul>"
        "<p>Languages</p><ul><li>English</li><li>French</li></ul>"
    )


@pytest.mark.parametrize("text", ["– a dash", "o no", "a · b", "•", "§ 4 applies", "·", "üben"])
def test_other_lines_are_no_lists(text: str) -> None:
    assert to_html(text) == f"<p>{text}</p>\n"


def test_links_say_that_they_are_not_ours() -> None:
    assert to_html("[x](https://a.example)") == (
        '<p><a href="https://a.example" rel="nofollow noopener ugc">x</a></p>\n'
    )


DANGERS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jav\tascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    "<svg><script>1</script></svg>",
    "<math><mi xlink:href='javascript:1'>",
    "<style>*{}</style>",
    "<iframe src=//e.example></iframe>",
    "<p onclick=1 style='x'>t</p>",
    "<form action=/x><input></form>",
    "<!--><img src=x onerror=1>-->",
]


@pytest.mark.parametrize("danger", DANGERS)
def test_dangers_are_gone(danger: str) -> None:
    for cleaned in (clean_html(danger), to_html(danger), from_wordpress(danger).html):
        assert not re.search(r"<(?!/?(?:p|br|strong|em|a|ul|ol|li|h3|h4|blockquote)\b)", cleaned)
        assert not re.search(r"<[^>]*(?:\son\w+=|script:|data:|style=)", cleaned)


@given(
    st.text() | st.lists(st.sampled_from([*DANGERS, "<p>", "</p>", "<ul><li>", "a"])).map("".join)
)
def test_cleaning_again_changes_nothing(text: str) -> None:
    once = clean_html(text)
    assert clean_html(once) == once


def test_a_link_to_nowhere_whole_loses_its_address() -> None:
    assert clean_html('<a href="/jobs/">x</a>') == '<a rel="nofollow noopener ugc">x</a>'


def test_blocks_and_old_tags_keep_their_meaning() -> None:
    assert clean_html("<div>one<div>two</div></div><b>x</b> <i>y</i>") == (
        "<p>one</p><p>two</p><strong>x</strong> <em>y</em>"
    )
    assert clean_html("<p></p><p>&nbsp;</p><p>a<br></p><ul><li></li></ul>") == "<p>a</p>"


def test_huge_text_is_cut_before_it_is_read() -> None:
    assert len(plain_text("a" * (LENGTH_AT_MOST * 3))) == LENGTH_AT_MOST


def test_plain_text_becomes_paragraphs() -> None:
    assert text_to_html("a <b>\nb\n\n\nc & d") == "<p>a &lt;b&gt;<br>\nb</p>\n<p>c &amp; d</p>"
    assert text_to_html(" \n ") == ""


def test_words_of_html_and_of_markdown() -> None:
    assert plain_text("<p>a &lt;b&gt; &amp;\nc</p><ul><li>d</li></ul>") == "a <b> & c\nd"
    assert plain_text("# Hello\n\n*you*") == "Hello\nyou"
    assert plain_text("<script>x</script><p>y</p>") == "y"


def test_a_summary_ends_with_a_whole_word() -> None:
    assert summary("<p>one two</p><p>three</p>") == "one two three"
    assert summary("<p>one two three four</p>", 13) == "one two…"
    assert summary("<p>one two three four</p>", 14) == "one two three…"
    assert len(summary("<p>" + "x" * 900 + "</p>", 300)) == 300


@given(st.text(min_size=1), st.integers(min_value=2, max_value=400))
def test_a_summary_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(summary(text, limit)) <= limit


def test_wordpress_paragraphs_appear_as_it_shows_them() -> None:
    content = (
        "<!-- wp:heading --><h2>About</h2><!-- /wp:heading -->\r\n\r\nplain\r\nline\r\n\r\n"
        "<ul>\r\n<li>a</li>\r\n<li>b</li>\r\n</ul>after"
    )
    assert from_wordpress(content).html == (
        "<h3>About</h3>\n<p>plain<br>\nline</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>after</p>"
    )


def test_shortcodes_are_dropped_and_named_but_words_in_brackets_stay() -> None:
    text = from_wordpress(
        '[gallery ids="1,2"] in [city] [caption id="x"]A picture[/caption] [my_box]x[/my_box]'
    )
    assert text.html == "<p>in [city] A picture x</p>"
    assert text.dropped_shortcodes == ("gallery", "caption", "my_box")
