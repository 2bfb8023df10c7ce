"""Tells this server what other servers have changed in the classes of one database.

PostgreSQL says it by itself (LISTEN). Of an SQLite file the versions of its classes are looked at;
that is one short row a class, twice a second, and only while somebody is connected here.
"""

import logging
import threading
from collections.abc import Callable

from sqlalchemy import select

from model.classroom.database import CHANNEL, Database
from model.classroom.reasons import ClassError
from model.classroom.tables import ClassRow

LOOK_SECONDS = 0.5
AGAIN_SECONDS = 1.0
"""Until a lost connection is tried again."""

log = logging.getLogger(__name__)


class Watch:
    """A thread that looks, from `start` until `stop`.

    Args:
        database: of the classes.
        told: is called in that thread with the id of a class that may have changed.
        watched: the classes that somebody looks at on this server.
    """

    def __init__(
        self,
        database: Database,
        told: Callable[[str], None],
        watched: Callable[[], set[str]],
    ) -> None:
        self._database = database
        self._told = told
        self._watched = watched
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="classes", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and wait until that is so."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        if self._database.postgres:
            self._listen()
        else:
            self._compare()

    def _compare(self) -> None:
        seen: dict[str, int] = {}
        while not self._ended.wait(LOOK_SECONDS):
            watched = self._watched()
            if not watched or not self._database.shared:
                continue
            try:
                with self._database.begin() as session:
                    rows = session.execute(select(ClassRow.id, ClassRow.version)).all()
            except ClassError:  # the database has logged it; the next look tries again
                continue
            found = {row.id: row.version for row in rows}
            for class_id in watched:
                if found.get(class_id) != seen.get(class_id):
                    self._told(class_id)
            seen = {class_id: found[class_id] for class_id in watched & set(found)}

    def _listen(self) -> None:
        import psycopg

        address = self._database.where.replace("postgresql+psycopg", "postgresql", 1)
        away = False
        while not self._ended.is_set():
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    away = False
                    for class_id in self._watched():  # what happened before cannot be told
                        self._told(class_id)
                    while not self._ended.is_set():
                        for notice in connection.notifies(timeout=LOOK_SECONDS):
                            self._told(notice.payload)
            except psycopg.Error as error:
                if not away:  # once until it answers again
                    log.warning("The database of the classes does not tell of changes: %s", error)
                away = True
                self._ended.wait(AGAIN_SECONDS)
