"""Several servers, one database: each is told what the others change."""

import queue
import signal

import pytest

from model.classroom.database import Database
from model.classroom.lifecycle import end_class, open_class
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.steering import eyes_front
from model.classroom.view import view_class
from model.classroom.watch import Watch
from tests.postgres import Postgres

SECONDS = 60


def test_a_change_by_another_server_is_told(database: Database) -> None:
    opened, told = open_class(database), queue.Queue[str]()
    watch = Watch(database, told.put, lambda: {opened.class_id})
    watch.start()
    other = Database(database.where)
    try:
        for front in (True, False):
            eyes_front(other, opened.class_id, front)
            while True:  # the first look tells of everything that is watched
                assert told.get(timeout=SECONDS) == opened.class_id
                view = view_class(database, opened.class_id)
                assert view is not None
                if view.front == front:
                    break
        end_class(other, opened.class_id)
        while view_class(database, opened.class_id) is not None:
            told.get(timeout=SECONDS)
    finally:
        watch.stop()
        other.close()


def test_postgres_may_crash_in_a_lesson_and_the_class_goes_on(
    postgres_server: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(postgres_server.url)
    opened, told = open_class(database), queue.Queue[str]()
    watch = Watch(database, told.put, lambda: {opened.class_id})
    watch.start()
    try:
        told.get(timeout=SECONDS)  # it listens
        postgres_server.stop(signal.SIGQUIT)
        for _ in range(2):
            with pytest.raises(ClassError) as caught:
                eyes_front(database, opened.class_id, True)
            assert caught.value.reason is ClassReason.AWAY
        assert caplog.text.count("does not answer") == 1  # it is said once
        postgres_server.start()
        while not told.empty():
            told.get()
        eyes_front(database, opened.class_id, True)
        assert told.get(timeout=SECONDS) == opened.class_id  # it listens again
        view = view_class(database, opened.class_id)
        assert view is not None
        assert view.front
    finally:
        watch.stop()
        end_class(database, opened.class_id)
        database.close()
