"""The database of this server's classes."""

import os
from functools import lru_cache

from model.classroom.database import FILE, Database
from model.data.cache import cache_folder

NAMED = "DIGITSCOPE_DATABASE"
"""Names a PostgreSQL, postgresql://…; several servers then serve one class."""


@lru_cache(maxsize=8)
def _database(where: str) -> Database:
    return Database(where)


def database() -> Database:
    """The database; one object a place, whoever asks."""
    return _database(os.environ.get(NAMED) or str(cache_folder() / FILE))
