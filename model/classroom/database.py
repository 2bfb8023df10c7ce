"""Where classes are kept: SQLite in the cache folder, or PostgreSQL where an address is given.

A disk that takes nothing leaves SQLite in memory: the class then ends with the server, and
`Database.refusal` says why. A file that is damaged, or is not ours, is put aside for a new one:
`Database.aside` says where. What is deleted is overwritten in the file, not only marked as free.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine, event, make_url, text, update
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from model.classroom.reasons import ClassError, ClassReason
from model.classroom.sqlite_file import (
    SECONDS,
    code_of,
    identity,
    is_sound,
    put_aside,
    tells_damage,
)
from model.classroom.tables import Base, ClassRow
from model.data.cache import REASONS, KeepReason, make_folder

FILE = "classes-1.sqlite"
"""In the cache folder. Its number grows with the tables: a class outlives no new version."""
CHANNEL = "digitscope_class"
"""On which PostgreSQL tells the servers that a class has changed."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "secure_delete=ON",
    "foreign_keys=ON",
    f"busy_timeout={SECONDS * 1000:.0f}",  # another server's writing takes less than one
)

Listener = Callable[[str], None]
"""Is called with the id of a class that has changed, in whatever thread changed it."""


class Database:
    """The classes of one database. Nothing is opened before it is needed.

    Args:
        where: the address of a PostgreSQL ("postgresql://…"), or the path of an SQLite file.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.postgres = where.startswith("postgres")
        self.refusal: KeepReason | None = None  # why it is in memory alone
        self.aside: Path | None = None  # where a damaged file was put, the last one
        self.wiped = True  # whether nothing that was deleted is on the disk
        self._opened: sessionmaker[Session] | None = None
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        # SQLite lets one write at a time; waiting here is quicker than trying again there.
        self._turn: AbstractContextManager[object] = (
            nullcontext() if self.postgres else threading.Lock()
        )
        self._file: tuple[int, int] | None = None  # which one is open
        self._listeners: list[Listener] = []

    @property
    def unused(self) -> bool:
        """Whether there cannot be a class in it, as nothing was ever written."""
        return self._opened is None and not self.postgres and not Path(self.where).exists()

    @property
    def shared(self) -> bool:
        """Whether other servers may write into it."""
        return self.refusal is None

    def listen(self, listener: Listener) -> None:
        """Have something called whenever this server changes a class."""
        self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        """Call it no more."""
        self._listeners.remove(listener)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: all of it happens or nothing.

        Raises:
            ClassError: the database does not answer, or was damaged: then the next transaction
                finds a new one.
        """
        with self._turn:
            try:
                with self._sessions().begin() as session:
                    yield session
            except PoolTimeoutError as error:
                raise ClassError(ClassReason.AWAY) from error
            except DBAPIError as error:
                reason = self._after(error)
                if reason is None:
                    raise
                raise ClassError(reason) from error

    @contextmanager
    def change(self, class_id: str) -> Iterator[Session]:
        """A transaction that changes a class: everybody who looks at it is told afterwards.

        Transactions of one class happen one after the other.

        Raises:
            ClassError: the class has ended, or the database does not answer.
        """
        with self.begin() as session:
            step = (
                update(ClassRow)
                .where(ClassRow.id == class_id, ClassRow.ends > time.time())
                .values(version=ClassRow.version + 1)
                .returning(ClassRow.id)
            )
            if session.scalar(step) is None:
                raise ClassError(ClassReason.OVER)
            yield session
            session.flush()
            self.tell(session, class_id)
        self.told(class_id)

    def tell(self, session: Session, class_id: str) -> None:
        """Tell other servers of a change, when the transaction is done."""
        if self.postgres:
            told = text("SELECT pg_notify(:channel, :class)")
            session.execute(told, {"channel": CHANNEL, "class": class_id})

    def told(self, class_id: str) -> None:
        """Call who listens on this server."""
        for listener in list(self._listeners):
            listener(class_id)

    def wipe(self) -> None:
        """Let nothing be left on the disk of what was deleted.

        SQLite keeps it in its log until no other server reads: then `wiped` is False, and it is to
        be called again later.

        Raises:
            ClassError: the database does not answer.
        """
        self.wiped = False
        with self.begin():  # it is open
            pass
        assert self._engine is not None
        try:
            connection = self._engine.raw_connection()  # neither works in a transaction
            try:
                cursor = connection.cursor()
                if self.postgres:
                    connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
                    for table in Base.metadata.sorted_tables:
                        cursor.execute(f"VACUUM {table.name}")
                    self.wiped = True
                else:
                    with self._turn:
                        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    busy, _, _ = cursor.fetchall()[0]
                    self.wiped = busy == 0
            finally:
                connection.invalidate() if self.postgres else connection.close()
        except self._engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            if not self.postgres and tells_damage(error):
                with self._turn:
                    self._start_anew()
                raise ClassError(ClassReason.DAMAGED) from error
            raise ClassError(ClassReason.AWAY) from error

    def close(self) -> None:
        """Close all connections; the next use opens it again."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
            self._opened = self._engine = None

    def _sessions(self) -> sessionmaker[Session]:
        if self._opened is None:
            with self._opening:
                if self._opened is None:
                    self._engine = self._connected()
                    self._opened = sessionmaker(self._engine, expire_on_commit=False)
        return self._opened

    def _connected(self) -> Engine:
        """Open the database, and make its tables where they are missing."""
        if self.postgres:
            address = make_url(self.where).set(drivername="postgresql+psycopg")
            engine = create_engine(address, pool_pre_ping=True, pool_size=8, pool_timeout=10)
            Base.metadata.create_all(engine)
            return engine
        path = Path(self.where)
        try:
            make_folder(path.parent)
            found = identity(path)
            if not is_sound(path) and identity(path) == found:  # no other server was quicker
                self.aside = put_aside(path)
            engine = _sqlite(f"sqlite:///{self.where}")
            Base.metadata.create_all(engine)
            path.chmod(0o600)
            self._file = identity(path)
        except (OSError, sqlite3.Error, DBAPIError) as error:
            if code_of(getattr(error, "orig", error)) in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            ):
                raise ClassError(ClassReason.AWAY) from error
            number = error.errno if isinstance(error, OSError) else None
            self.refusal = REASONS.get(number or 0, KeepReason.FAILING)
        else:
            self.refusal = None
            return engine
        engine = _sqlite("sqlite://", poolclass=StaticPool)
        Base.metadata.create_all(engine)
        return engine

    def _after(self, error: DBAPIError) -> ClassReason | None:
        """What an error of a transaction says of the database; None where it says nothing of it.

        A PostgreSQL whose files are damaged is its administrator's: nothing is put aside.
        """
        if not self.postgres and tells_damage(error.orig):
            self._start_anew()
            return ClassReason.DAMAGED
        kinds: tuple[type[DBAPIError], ...] = (OperationalError, InterfaceError)
        if self.postgres:
            kinds += (InternalError, ProgrammingError)  # as when tables or rights were taken away
        of_database = isinstance(error, kinds)
        return ClassReason.AWAY if of_database or error.connection_invalidated else None

    def _start_anew(self) -> None:
        """Put the file aside, if it is still the one that was open; the next use makes another."""
        self.close()
        path = Path(self.where)
        if self._file is not None and identity(path) == self._file:
            with suppress(OSError):  # the next use finds that it is damaged, and takes memory
                self.aside = put_aside(path)


def _sqlite(address: str, **said: Any) -> Engine:
    engine = create_engine(address, connect_args={"check_same_thread": False}, **said)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, see below
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # At once for writing: one that began by reading could not go on to write beside another.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
