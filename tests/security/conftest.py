"""Boards that one module of these tests shares: a walk over every door is not started anew."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.support.databases import Databases, application, close

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="module")
def make_shared_app(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeApp]:
    """Makes applications for a whole module, all on one database that starts empty."""
    folder = tmp_path_factory.mktemp("board")
    url = databases.new(folder)
    made: list[Flask] = []

    def make(*, has_tokens: bool = False, **settings: str) -> Flask:
        app = application({"DATABASE_URL": url, **settings}, folder)
        app.config["WTF_CSRF_ENABLED"] = has_tokens
        # What breaks is an answer here, as it is for a visitor.
        app.config["TESTING"] = False
        made.append(app)
        return app

    yield make
    for app in made:
        close(app)
    databases.drop(url)
