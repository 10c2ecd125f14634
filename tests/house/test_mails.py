"""A mail is a function, a kind and a template pair of the same name."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAIL = ROOT / "templates" / "mail"

#: Kinds of the board so far (the others of the list come with their features).
KINDS = {
    "address_changed",
    "address_confirm",
    "device_new",
    "listing_changes_requested",
    "listing_confirm",
    "listing_ending",
    "listing_expired",
    "listing_marked_duplicate",
    "listing_posted",
    "listing_received",
    "listing_refused",
    "listing_removed",
    "password_reset",
}
#: Functions that owe a mail of another kind: the same words for a new and for a known address.
_SHARED = {"account_exists": "address_confirm", "listing_text_accepted": "listing_posted"}


def functions() -> set[str]:
    """The public functions of mail/messages.py that queue a mail."""
    tree = ast.parse((ROOT / "jobboard" / "mail" / "messages.py").read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(argument.arg == "at" for argument in node.args.kwonlyargs)
    }


def test_every_mail_is_a_function_of_its_name() -> None:
    assert {_SHARED.get(name, name) for name in functions()} == KINDS


def test_every_mail_is_a_pair_of_templates() -> None:
    pairs = {path.name for path in MAIL.iterdir() if not path.name.startswith("_")}
    assert pairs == {f"{kind}.{form}" for kind in KINDS for form in ("txt", "html")}


def test_the_html_says_the_same_words_as_the_text() -> None:
    for kind in KINDS:
        html = (MAIL / f"{kind}.html").read_text(encoding="utf-8").strip()
        assert html == f'{{% extends "mail/{kind}.txt" %}}'
        assert "{% block subject %}" in (MAIL / f"{kind}.txt").read_text(encoding="utf-8")
