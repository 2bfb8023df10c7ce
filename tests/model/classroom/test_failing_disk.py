"""A disk that is full, closed or gone in the middle of a lesson: the lesson goes on."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from model.classroom import database as database_module
from model.classroom.database import Database
from model.classroom.doings import Doing, note_doings, raise_hand
from model.classroom.lifecycle import (
    Member,
    Opened,
    class_of_teacher,
    end_class,
    end_old,
    join,
    member,
    member_with_mark,
    open_class,
)
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.view import ClassView, view_class
from model.data.cache import KeepReason
from tests.disks import can_mount, close_disk, small_disk


@contextmanager
def lesson(path: Path) -> Iterator[tuple[Database, Opened, Member]]:
    """A class with a student whose hand is up."""
    database = Database(str(path))
    opened = open_class(database)
    fox = join(database, opened.code, "fox")
    raise_hand(database, opened.class_id, fox.student_id, True)
    yield database, opened, fox
    database.close()


def seen(database: Database, opened: Opened) -> ClassView:
    view = view_class(database, opened.class_id)
    assert view is not None
    return view


def until_refused(database: Database, opened: Opened, fox: Member) -> ClassReason:
    """Let a student draw until the disk takes nothing more; return what is said then."""
    for _ in range(2_000):
        try:
            drawing = Doing("draw", os.urandom(784), 7, 0.9)
            note_doings(database, opened.class_id, {fox.student_id: drawing})
            join(database, opened.code)
        except ClassError as error:
            if error.reason is not ClassReason.FULL:
                return error.reason
            raise_hand(database, opened.class_id, fox.student_id, False)
            raise_hand(database, opened.class_id, fox.student_id, True)
    raise AssertionError("The disk has taken everything.")


@pytest.mark.parametrize("what", ["folder", "file", "all files"])
def test_a_file_that_is_deleted_in_a_lesson_is_written_again(tmp_path: Path, what: str) -> None:
    path = tmp_path / "cache" / "classes.sqlite"
    with lesson(path) as (database, opened, fox):
        if what == "folder":
            shutil.rmtree(path.parent)
        for each in path.parent.glob("*" if what == "all files" else path.name):
            each.unlink()
        owl = join(database, opened.code, "owl")
        assert {each.id for each in seen(database, opened).students} == {
            fox.student_id,
            owl.student_id,
        }
        assert database.refusal is None
        restarted = Database(str(path))
        assert class_of_teacher(restarted, opened.teacher_key) == opened.class_id
        assert member_with_mark(restarted, "fox") == fox
        assert member_with_mark(restarted, "owl") == owl
        assert seen(restarted, opened).student(fox.student_id) is not None
        end_class(database, opened.class_id)
        assert member_with_mark(restarted, "fox") is None
        restarted.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_where_it_cannot_be_written_again_the_class_goes_on_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "classes.sqlite"
    with lesson(path) as (database, opened, fox):
        shutil.rmtree(path.parent)
        path.parent.write_bytes(b"")  # no folder can be made here, not even by root
        owl = join(database, opened.code, "owl")
        assert database.refusal is KeepReason.FAILING
        assert member(database, fox.student_id) == fox
        assert member(database, owl.student_id) == owl


def refuses(database: Database, pragma: str) -> None:
    """Let SQLite refuse as it does on such a disk; no root is needed for it."""
    with database.begin() as session:
        session.execute(text(f"PRAGMA {pragma}"))


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [("max_page_count = 1", KeepReason.FULL), ("query_only = ON", KeepReason.CLOSED)],
)
def test_a_lesson_on_a_disk_that_takes_no_more_goes_on_in_memory(
    tmp_path: Path, pragma: str, reason: KeepReason
) -> None:
    path = tmp_path / "classes.sqlite"
    with lesson(path) as (database, opened, fox):
        refuses(database, pragma)
        goes_on(database, opened, fox, reason)
        assert not list(tmp_path.iterdir())  # and nothing of the class was left on the disk


def goes_on(database: Database, opened: Opened, fox: Member, reason: KeepReason) -> None:
    """Draw until the disk is full, go on, and end the class."""
    assert until_refused(database, opened, fox) is ClassReason.IN_MEMORY
    assert ClassError(ClassReason.IN_MEMORY).passing
    assert database.refusal is reason
    before = seen(database, opened)
    mine = before.student(fox.student_id)
    assert mine is not None
    assert mine.hand
    note_doings(database, opened.class_id, {fox.student_id: Doing("train")})  # once more
    after = seen(database, opened).student(fox.student_id)
    assert after is not None
    assert after.doing.page == "train"
    assert class_of_teacher(database, opened.teacher_key) == opened.class_id
    with_file = Database(database.where)  # a server that is started again has what was kept
    assert member_with_mark(with_file, "fox") == fox
    with_file.close()
    other = open_class(database)
    end_class(database, opened.class_id)
    assert Path(database.where).exists()  # another class may still need it
    end_class(database, other.class_id)
    assert database.wiped


def test_a_server_that_starts_on_a_closed_disk_takes_its_classes_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "classes.sqlite"
    whole = database_module._sqlite

    def closed(address: str, **said: Any) -> Any:
        engine = whole(address, **said)

        @event.listens_for(engine, "connect")
        def close(connection: sqlite3.Connection, _: object) -> None:
            if address != "sqlite://":
                connection.execute("PRAGMA query_only = ON")

        return engine

    with lesson(path) as (_, opened, fox):
        monkeypatch.setattr(database_module, "_sqlite", closed)
        database = Database(str(path))
        assert member_with_mark(database, "fox") == fox
        assert database.refusal is KeepReason.CLOSED
        assert seen(database, opened).students[0].hand
        join(database, opened.code, "owl")
        database.close()


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> bool:
    return can_mount(tmp_path_factory.mktemp("disks") / "probe")


@pytest.mark.parametrize("reason", [KeepReason.FULL, KeepReason.CLOSED])
def test_real_disks_do_the_same(tmp_path: Path, mounted: bool, reason: KeepReason) -> None:
    """Where this machine lets us mount none, what is above is all that can be tried."""
    if not mounted:
        assert not can_mount(tmp_path / "probe")
        return
    with (
        small_disk(tmp_path / "disk", "512k") as disk,
        lesson(disk / "classes.sqlite") as (database, opened, fox),
    ):
        if reason is KeepReason.FULL:
            assert until_refused(database, opened, fox) is ClassReason.IN_MEMORY
        else:
            database.close()  # as a server that is started again
            close_disk(disk)
            assert member_with_mark(database, "fox") == fox
        assert database.refusal is reason
        mine = seen(database, opened).student(fox.student_id)
        assert mine is not None
        assert mine.hand
        restarted = Database(database.where)
        assert member_with_mark(restarted, "fox") == fox
        restarted.close()
        end_class(database, opened.class_id)
        assert database.wiped == (reason is KeepReason.FULL)  # a closed disk gives nothing back
        end_old(database)


def test_a_disk_that_is_full_from_the_first_takes_no_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pragmas = (*database_module.PRAGMAS, "max_page_count = 1")

    def small(address: str, **said: Any) -> Any:
        with monkeypatch.context() as patch:
            if address != "sqlite://":
                patch.setattr(database_module, "PRAGMAS", pragmas)
            engine = whole(address, **said)
            with engine.connect():  # the pragmas are read now
                return engine

    whole = database_module._sqlite
    monkeypatch.setattr(database_module, "_sqlite", small)
    with lesson(tmp_path / "classes.sqlite") as (database, _, fox):
        assert database.refusal is KeepReason.FULL
        assert member_with_mark(database, "fox") == fox
