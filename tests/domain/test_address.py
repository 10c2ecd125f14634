"""Addresses: where ``next=`` may lead."""

import pytest

from jobboard.domain.address import email_key, own_path


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "\\/evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "//evil.example@localhost/",
        "//localhost@evil.example/",
        "https://localhost.evil.example/",
        "evil.example",
        "@evil.example",
        "/\x00/evil.example",
        "//[::1",
    ],
)
def test_nowhere_else(wanted: str) -> None:
    assert own_path(wanted, "/home/") == "/home/"


@pytest.mark.parametrize(
    "wanted", ["/", "/account/?tab=1", "/job/analyst-7/#top", "/a//b", "/%2F%2Fx"]
)
def test_own_paths(wanted: str) -> None:
    assert own_path(wanted, "/home/") == wanted


@pytest.mark.parametrize("wanted", [None, "", "account/"])
def test_no_path(wanted: str | None) -> None:
    assert own_path(wanted, "/home/") == "/home/"


def test_an_address_is_compared_without_case() -> None:
    assert email_key(" Alice@Think.Example ") == "alice@think.example"
