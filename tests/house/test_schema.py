"""The tables are what the models say, and every migration has a way back, on both databases."""

import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, Connection, inspect, text
from sqlalchemy.schema import CreateIndex

from jobboard.db import db
from tests.support.databases import Databases, close, ground_floors

VERSIONS = sorted((Path(__file__).parents[2] / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def empty(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database that no migration has touched, taken back to nothing."""
    url = databases.new(tmp_path)
    app = ground_floors({"DATABASE_URL": url}, tmp_path)
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        yield app
    close(app)
    databases.drop(url)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_down_to_nothing_and_up_again(empty: Flask) -> None:
    assert tables() == {"alembic_version"}
    flask_migrate.upgrade()
    assert tables() == {*db.metadata.tables, "alembic_version"}
    flask_migrate.downgrade(revision="base")
    assert tables() == {"alembic_version"}
    flask_migrate.upgrade()
    assert tables() == {*db.metadata.tables, "alembic_version"}


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_migrated_tables_are_the_models(empty: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, db.metadata) == []
        if connection.dialect.name == "sqlite":
            assert indexes_of_expressions(connection) == {
                str(CreateIndex(index).compile(connection))
                for table in db.metadata.tables.values()
                for index in table.indexes
                if not all(isinstance(each, Column) for each in index.expressions)
            }


def indexes_of_expressions(connection: Connection) -> set[str]:
    """What SQLite was told to make; Alembic does not compare these there."""
    made = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%(%(%'")
    )
    return set(made.scalars())


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_is_numbered_and_imports_nothing_of_the_board(path: Path) -> None:
    number, _, name = path.stem.partition("_")
    source = path.read_text(encoding="utf-8")
    assert number.isdigit()
    assert len(number) == 4
    assert name
    assert f'revision = "{number}"' in source or f'revision: str = "{number}"' in source
    assert not re.search(r"^\s*(from|import) jobboard", source, re.MULTILINE)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [path.stem[:4] for path in VERSIONS] == [
        f"{number:04}" for number in range(1, len(VERSIONS) + 1)
    ]
