"""Where classes are kept: SQLite in the cache folder, or PostgreSQL where an address is given.

Where the disk takes nothing, or no more, the classes go on in memory until the server ends, and
`Database.refusal` says why. A file that is deleted in a lesson is written again. One that is
damaged, or is not ours, is put aside for a new one: `Database.aside` says where. What is deleted is
overwritten in the file, not only marked as free.
"""

import logging
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Engine,
    QueuePool,
    StaticPool,
    create_engine,
    event,
    make_url,
    select,
    text,
    update,
)
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
    BESIDE,
    REFUSALS,
    SECONDS,
    WAITING,
    code_of,
    copy_unwritable,
    holds_ours,
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

log = logging.getLogger(__name__)

OF_THE_DATABASE: tuple[tuple[type[DBAPIError], ...], ...] = (
    (OperationalError, InterfaceError),
    (OperationalError, InterfaceError, InternalError, ProgrammingError),
)
"""What says something of the database and nothing of what was asked: SQLite's errors, and
PostgreSQL's, as when its files are damaged, or tables and rights were taken away."""

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
        self._left = False  # whether what is in memory was in the file before
        self._listeners: list[Listener] = []
        self._away = False  # whether it did not answer when it was asked last

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
            ClassError: the database does not answer, was damaged or takes nothing more: then the
                next transaction finds a new one, or goes on in memory.
        """
        with self._turn:
            try:
                self._follow_file()
                with self._sessions().begin() as session:
                    yield session
            except PoolTimeoutError as error:
                raise self._refusal_by(error, ClassReason.AWAY) from error
            except DBAPIError as error:
                reason = self._after_error(error.orig)
                if reason is None and (
                    isinstance(error, OF_THE_DATABASE[self.postgres])
                    or error.connection_invalidated
                ):
                    reason = ClassReason.AWAY
                if reason is None:
                    raise
                raise self._refusal_by(error, reason) from error
        self._away = False

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
        with self.begin() as session:  # it is open
            empty = session.scalar(select(ClassRow.id).limit(1)) is None
        if self.refusal is not None:
            self.wiped = not self._left or (empty and self._delete_file())
            return
        with self._turn:
            assert self._engine is not None
            try:
                self.wiped = self._swept(self._engine)
            except (DBAPIError, self._engine.dialect.dbapi.Error) as error:  # type: ignore[union-attr]
                reason = self._after_error(getattr(error, "orig", error))
                raise self._refusal_by(error, reason or ClassReason.AWAY) from error

    def _swept(self, engine: Engine) -> bool:
        """Clear the log of what was deleted; whether that was possible now."""
        connection = engine.raw_connection()  # neither works in a transaction
        try:
            cursor = connection.cursor()
            if self.postgres:
                connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
                for table in Base.metadata.sorted_tables:
                    cursor.execute(f"VACUUM {table.name}")
                return True
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _, _ = cursor.fetchall()[0]
            return bool(busy == 0)
        finally:
            connection.invalidate() if self.postgres else connection.close()

    def _delete_file(self) -> bool:
        """Delete the file that was left for memory: every class that was in it has ended."""
        try:
            for ending in BESIDE:
                Path(self.where + ending).unlink(missing_ok=True)
        except OSError:
            return False  # a disk that takes nothing may not give anything back either
        self._left = False
        return True

    def _refusal_by(self, error: Exception, reason: ClassReason) -> ClassError:
        """The reason for who asked; the log gets the driver's words, once until it answers again.

        Not the statement, and nothing of a damaged file: they hold what somebody has written.
        """
        if not self._away:
            self._away = True
            said = type(error).__name__
            if reason is ClassReason.AWAY:
                said = str(getattr(error, "orig", None) or error)
            log.warning("The database of the classes: %s: %s", reason, said)
        return ClassError(reason)

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
            # One connection, which is what is left of a file that is deleted.
            one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
            engine = _sqlite(f"sqlite:///{self.where}", **one)
            with engine.begin() as connection:  # which needs a disk that can be written
                Base.metadata.create_all(connection)
            path.chmod(0o600)
            self._file = identity(path)
        except (OSError, sqlite3.Error, DBAPIError) as error:
            if code_of(getattr(error, "orig", error)) in WAITING:
                raise self._refusal_by(error, ClassReason.AWAY) from error
            self.refusal = self._refusal_of(getattr(error, "orig", error))
            return self._memory(lambda target: copy_unwritable(path.absolute(), target))
        self.refusal = None
        return engine

    def _memory(self, copy: Callable[[sqlite3.Connection], bool]) -> Engine:
        """A database in memory with what was on the disk, as far as that can be read."""
        engine = _sqlite("sqlite://", poolclass=StaticPool)
        with closing(engine.raw_connection()) as connection:
            self._left = copy(connection.driver_connection)  # type: ignore[arg-type]
        if not self._left:
            engine.dispose()  # and with it what is not whole
        Base.metadata.create_all(engine)
        return engine

    def _after_error(self, error: BaseException | None) -> ClassReason | None:
        """Go on after a fault of the file; None where it is not the file's.

        A PostgreSQL whose files are damaged is its administrator's: nothing is put aside.
        """
        if self.postgres or self.refusal is not None:
            return None
        if tells_damage(error):
            self._start_anew()
            return ClassReason.DAMAGED
        if code_of(error) in REFUSALS:
            self._into_memory(self._refusal_of(error))
            return ClassReason.IN_MEMORY
        return None

    def _start_anew(self) -> None:
        """Put the file aside, if it is still the one that was open; the next use makes another."""
        self.close()
        path = Path(self.where)
        if self._file is not None and identity(path) == self._file:
            with suppress(OSError):  # the next use finds that it is damaged, and takes memory
                self.aside = put_aside(path)

    def _follow_file(self) -> None:
        """See to it that what is open is what has the name.

        A file that was deleted is still open here, and is written again as it was. One that has
        another's place was written by another server that did the same; it is opened as any.
        """
        path = Path(self.where)
        if self.postgres or self._opened is None or self.refusal is not None:
            return
        if identity(path) == self._file:
            return
        if identity(path) is None:
            part = path.with_name(f"{path.name}.{os.getpid()}")
            try:
                make_folder(path.parent)
                with closing(sqlite3.connect(part)) as target:
                    whole = self._copy_open(target)
                if whole:
                    part.rename(path)
                else:
                    part.unlink()
            except (OSError, sqlite3.Error) as error:
                self._into_memory(self._refusal_of(error))
                return
        self.close()

    def _into_memory(self, refusal: KeepReason) -> None:
        """Go on in memory with what is open, since the disk takes nothing more."""
        memory = self._memory(self._copy_open)
        self.close()
        with self._opening:
            self._engine, self.refusal = memory, refusal
            self._opened = sessionmaker(memory, expire_on_commit=False)

    def _refusal_of(self, error: BaseException | None) -> KeepReason:
        """Why the disk takes nothing, by what it was that failed."""
        said = REFUSALS.get(code_of(error) or 0)
        if said is not None and said is not KeepReason.FAILING:
            return said
        if said is not None:  # SQLite does not always say why: the system does
            try:
                with tempfile.TemporaryFile(dir=Path(self.where).parent):
                    return said
            except OSError as told:
                error = told
        number = error.errno if isinstance(error, OSError) else None
        return REASONS.get(number or 0, KeepReason.FAILING)

    def _copy_open(self, target: sqlite3.Connection) -> bool:
        """Copy what is open; whether that was possible, and it is sound."""
        assert self._engine is not None
        with suppress(sqlite3.Error, DBAPIError), closing(self._engine.raw_connection()) as source:
            source.driver_connection.backup(target)  # type: ignore[union-attr]
            return holds_ours(target)
        return False


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
