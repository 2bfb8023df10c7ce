"""The SQLite file of classes: whether all in it is as the app writes it, and where it goes if not.

A disk damages files, a copy ends in the middle, somebody else's file has the name of ours: whatever
it holds, it is parsed and checked before the first class is read from it. What is not right is
kept beside, under another name.
"""

import json
import math
import sqlite3
from collections.abc import Callable, Container, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, String, Table

from model.classroom.names import Animal, Colour
from model.classroom.tables import (
    AnswerRow,
    Base,
    ClassRow,
    DigitRow,
    QuestionRow,
    ShownRow,
    StudentRow,
)
from model.data.cache import KeepReason
from model.network import CLASSES, SIDE

PREFIX = "class_"
"""Of all our tables: a file with others is somebody else's."""
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""What SQLite says of a file that it cannot read as one."""
WAITING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""What it says while another server is writing."""
REFUSALS = {
    sqlite3.SQLITE_FULL: KeepReason.FULL,
    sqlite3.SQLITE_READONLY: KeepReason.CLOSED,
    sqlite3.SQLITE_IOERR: KeepReason.FAILING,
    sqlite3.SQLITE_CANTOPEN: KeepReason.FAILING,
}
"""What it says where the disk takes nothing: the file may be as good as ever."""
VERSIONS = (b"\1\1", b"\2\2")
"""In the header: who may write and read it. With others it would look as if it were read-only."""
SECONDS = 5.0
"""For which a file is waited for that another server is writing."""
BESIDE = ("", "-wal", "-shm")
"""What belongs to a file: itself, its log, and the log's index."""


def code_of(error: BaseException | None) -> int | None:
    """What SQLite says is the matter; None where it was not SQLite that said it.

    The sqlite3 module has errors of its own, as for a text that is none.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def tells_damage(error: BaseException | None) -> bool:
    """Whether an error of the sqlite3 module says that the file is damaged."""
    if isinstance(error, sqlite3.OperationalError) and code_of(error) is None:
        return True  # a text that is no text
    return code_of(error) in DAMAGED


def is_sound(path: Path) -> bool:
    """Whether a file holds what the app writes into it and nothing else; one that is missing does.

    Raises:
        OSError: the disk does not answer.
        sqlite3.OperationalError: likewise, or another server is writing.
    """
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        if file.read(20)[18:] not in VERSIONS:
            return False
    with closing(sqlite3.connect(path, timeout=SECONDS)) as connection:
        return holds_ours(connection)


def holds_ours(connection: sqlite3.Connection) -> bool:
    """Whether a database holds what the app writes into it and nothing else.

    Raises:
        sqlite3.OperationalError: as `is_sound`.
    """
    try:
        return _is_whole(connection) and all(
            _is_right(connection, table) for table in Base.metadata.sorted_tables
        )
    except sqlite3.Error as error:
        if code_of(error) in WAITING | set(REFUSALS):
            raise
        return False
    except UnicodeDecodeError:  # what SQLite says of the fault quotes the file
        return False


def copy_unwritable(path: Path, target: sqlite3.Connection) -> bool:
    """Copy a file that cannot be written; whether that was possible, and it is sound.

    The log of a file needs a file beside it to be read. Where none can be made and there is no log,
    SQLite reads if it is told that nobody writes, which is so.
    """
    for said in ("mode=ro", "mode=ro&immutable=1"):
        with suppress(sqlite3.Error):
            with closing(sqlite3.connect(f"{path.as_uri()}?{said}", uri=True)) as source:
                source.backup(target)
            return holds_ours(target)
    return False


def identity(path: Path) -> tuple[int, int] | None:
    """What tells this file from another with the same name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def put_aside(path: Path) -> Path:
    """Give a file another name, beside its own, and return the new path.

    Raises:
        OSError: the disk does not take it.
    """
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for ending in BESIDE[1:]:
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return aside


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Whether SQLite finds no fault in it, and no tables are in it but ours."""
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        return False
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        return False
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return all(name.startswith(PREFIX) for (name,) in names)


def _is_right(connection: sqlite3.Connection, table: Table) -> bool:
    """Whether a table has the columns and values of ours; it may be missing."""
    there = [row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")]
    if not there:
        return True
    if set(there) != set(table.columns.keys()):
        return False
    columns = [table.columns[name] for name in there]
    known = RIGHT.get(table.name, {})
    return all(
        _fits(column, value, known.get(column.name))
        for row in connection.execute(f"SELECT * FROM {table.name}")
        for column, value in zip(columns, row, strict=True)
    )


Right = Callable[[Any], bool]


def _fits(column: Column[Any], value: Any, right: Right | None) -> bool:
    """Whether a value is of a column's type, and one that the app writes there."""
    if value is None:
        return bool(column.nullable)
    match column.type:
        case String(length=most):
            fits = isinstance(value, str) and len(value) <= (most or 0)
        case Boolean():
            fits = value in (0, 1)
        case Float():
            fits = isinstance(value, int | float) and math.isfinite(value)
        case Integer():
            fits = isinstance(value, int)
        case LargeBinary():
            fits = isinstance(value, bytes)
        case JSON():
            try:
                value, fits = json.loads(value), True
            except (TypeError, ValueError, RecursionError):
                return False
        case _:
            raise TypeError(f"No check is written for {column}.")
    return fits and (right is None or right(value))


def _among(values: Container[object]) -> Right:
    return lambda value: value in values


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_digit(value: bytes) -> bool:
    return len(value) == SIDE * SIDE


def _is_view(value: object) -> bool:
    match value:
        case {"page": str(), "query": dict(query), **others}:
            return not others and all(isinstance(text, str) for text in query.values())
    return False


def _is_run(value: object) -> bool:
    match value:
        case {
            "epoch": int(),
            "target": int(),
            "moving": bool(),
            "curve": list(curve),
            "place": int() | None,
            "count": int(),
            **others,
        }:
            return not others and all(isinstance(each, int | float) for each in curve)
    return False


RIGHT: Mapping[str, Mapping[str, Right]] = {
    ClassRow.__tablename__: {"view": _is_view},
    StudentRow.__tablename__: {
        "colour": _among(set(Colour)),
        "animal": _among(set(Animal)),
        "digit": _is_digit,
        "said": _among(range(CLASSES)),
        "run": _is_run,
    },
    QuestionRow.__tablename__: {
        "options": _are_texts,
        "round": _among((1, 2)),
        "stage": _among(("asked", "shown", "revealed", "closed")),
    },
    AnswerRow.__tablename__: {"round": _among((1, 2))},
    DigitRow.__tablename__: {"asked": _among(range(CLASSES)), "pixels": _is_digit},
    ShownRow.__tablename__: {"pages": _are_texts, "hidden": _are_texts},
}
"""Of which values the app writes only some: by table and column."""
