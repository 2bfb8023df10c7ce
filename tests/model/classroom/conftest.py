"""Each test of a class runs on SQLite and, where the machine has one, on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from model.classroom.database import Database
from model.classroom.tables import Base
from tests.postgres import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        where = str(tmp_path / "classes.sqlite")
    else:
        where = request.getfixturevalue("postgres_server").url
    database = Database(where)
    yield database
    if database.postgres:
        with database.begin() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
    database.close()
