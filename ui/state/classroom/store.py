"""The database of this server's classes."""

import os
from functools import lru_cache

from model.classroom.database import FILE, Database
from model.classroom.digits.training_sets import kept_set
from model.classroom.reasons import ClassError
from model.data.cache import cache_folder
from model.data.mnist import DataError, DataReason, DataSet
from model.engine import EngineError, EngineFault
from model.files import FileError

NAMED = "DIGITSCOPE_DATABASE"
"""Names a PostgreSQL, postgresql://…; several servers then serve one class."""


@lru_cache(maxsize=8)
def _database(where: str) -> Database:
    return Database(where)


def database() -> Database:
    """The database; one object a place, whoever asks."""
    return _database(os.environ.get(NAMED) or str(cache_folder() / FILE))


def digits_of_class(set_id: str) -> DataSet:
    """The digits of a class that a training learns from.

    Raises:
        DataError: they are gone with their class.
        EngineError: the database does not answer now.
    """
    try:
        return kept_set(database(), set_id)
    except ClassError as error:
        if error.passing:
            raise EngineError(EngineFault.SLOW) from error
        raise DataError(DataReason.OWN_GONE) from error
    except FileError as error:
        raise DataError(DataReason.OWN_GONE) from error
