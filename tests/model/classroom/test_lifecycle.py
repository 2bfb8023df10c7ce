"""How a class begins and ends, and who comes in."""

import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from model.classroom import lifecycle
from model.classroom.codes import screen_key_of
from model.classroom.database import Database
from model.classroom.doings import Doing, note_doings
from model.classroom.lifecycle import (
    Opened,
    class_of_screen,
    class_of_teacher,
    end_class,
    end_old,
    join,
    let_go,
    member,
    member_with_mark,
    open_class,
)
from model.classroom.names import Name
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.tables import Base, ClassRow
from model.classroom.view import view_class
from model.data.cache import KeepReason


def reason(work, *args) -> ClassReason:
    with pytest.raises(ClassError) as caught:
        work(*args)
    return caught.value.reason


def end_of_time(database: Database, opened: Opened) -> None:
    """Let the twelve hours of a class be over."""
    with database.begin() as session:
        session.execute(update(ClassRow).where(ClassRow.id == opened.class_id).values(ends=1.0))


def rows(database: Database) -> int:
    with database.begin() as session:
        tables = Base.metadata.sorted_tables
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_the_keys_open_their_class_and_each_only_what_is_its_own(database: Database) -> None:
    one, two = open_class(database), open_class(database)
    assert class_of_teacher(database, one.teacher_key) == one.class_id
    assert class_of_teacher(database, two.teacher_key) == two.class_id
    screen = screen_key_of(one.teacher_key)
    assert class_of_screen(database, screen) == one.class_id
    assert class_of_teacher(database, screen) is None
    assert class_of_screen(database, one.teacher_key) is None
    for guess in ("", one.code, one.class_id, "x" * 32, one.teacher_key[:-1]):
        assert class_of_teacher(database, guess) is None


def test_students_get_names_of_their_own_and_come_back_by_their_code(database: Database) -> None:
    opened = open_class(database)
    fox, owl = join(database, opened.code, "mark 1"), join(database, opened.code.lower(), "mark 2")
    assert fox.name != owl.name
    assert join(database, opened.code, "mark 1") == fox  # the same browser
    back = join(database, f"{owl.own_code[:4]}-{owl.own_code[4:]}", "mark 3")  # another one
    assert back == owl
    assert member_with_mark(database, "mark 3") == owl
    assert member_with_mark(database, "mark 2") is None
    assert member(database, fox.student_id) == fox
    without = [join(database, opened.code) for _ in range(2)]  # browsers without a secret
    assert len({each.student_id for each in without}) == 2
    assert member_with_mark(database, "") is None


def test_a_browser_can_be_left_to_somebody_else(database: Database) -> None:
    opened = open_class(database)
    fox = join(database, opened.code, "shared")
    let_go(database, fox)
    assert member_with_mark(database, "shared") is None
    owl = join(database, opened.code, "shared")
    assert owl.student_id != fox.student_id
    assert join(database, fox.own_code, "elsewhere") == fox


def test_a_wrong_code_lets_nobody_in(database: Database) -> None:
    opened = open_class(database)
    for typed in ("", "AAAAA", opened.code[:-1], opened.class_id, "Ω" * 5, "A" * 8, "' OR 1=1"):
        assert reason(join, database, typed, "mark") is ClassReason.UNKNOWN_CODE


def test_a_class_has_room_for_sixty(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "MOST_STUDENTS", 2)
    opened = open_class(database)
    first = join(database, opened.code, "a")
    join(database, opened.code, "b")
    assert reason(join, database, opened.code, "c") is ClassReason.FULL
    assert join(database, opened.code, "a") == first


def test_a_visitor_cannot_open_classes_without_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "MOST_CLASSES", 2)
    open_class(database)
    old = open_class(database)
    assert reason(open_class, database) is ClassReason.FULL
    end_of_time(database, old)
    open_class(database)


def test_thirty_join_at_once_and_all_have_different_names(database: Database) -> None:
    opened = open_class(database)
    names: list[Name] = []

    def come(number: int) -> None:
        names.append(join(database, opened.code, f"mark {number}").name)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == len(names) == 30


def test_when_a_class_ends_nothing_of_it_is_left(database: Database) -> None:
    opened, other = open_class(database), open_class(database)
    fox = join(database, opened.code, "mark")
    stays = join(database, other.code, "another")
    end_class(database, opened.class_id)
    assert rows(database) == 2  # the other class and its student
    assert class_of_teacher(database, opened.teacher_key) is None
    assert member(database, fox.student_id) is None
    assert member(database, stays.student_id) == stays
    assert view_class(database, opened.class_id) is None
    assert reason(let_go, database, fox) is ClassReason.OVER
    assert reason(join, database, fox.own_code, "mark") is ClassReason.UNKNOWN_CODE


def test_after_twelve_hours_a_class_is_over_and_then_gone(database: Database) -> None:
    opened = open_class(database)
    fox = join(database, opened.code, "mark")
    end_of_time(database, opened)
    assert class_of_teacher(database, opened.teacher_key) is None
    assert member_with_mark(database, "mark") is None
    assert view_class(database, opened.class_id) is None
    assert reason(let_go, database, fox) is ClassReason.OVER
    assert reason(join, database, opened.code, "late") is ClassReason.UNKNOWN_CODE
    end_old(database)
    assert rows(database) == 0


def test_a_drawing_is_gone_from_disk_when_its_class_has_ended(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "classes.sqlite"))
    opened = open_class(database)
    fox = join(database, opened.code, "mark")
    drawing = os.urandom(784)
    note_doings(database, opened.class_id, {fox.student_id: Doing("draw", drawing, 7, 0.9)})

    def on_disk() -> bool:
        return any(drawing[100:150] in file.read_bytes() for file in tmp_path.iterdir())

    assert on_disk()
    end_class(database, opened.class_id)
    assert not on_disk()
    database.close()


def test_a_restart_of_the_server_loses_no_class(tmp_path: Path) -> None:
    first = Database(str(tmp_path / "deep" / "classes.sqlite"))
    assert first.unused
    opened = open_class(first)
    fox = join(first, opened.code, "mark")
    second = Database(first.where)  # as another process has it
    assert not second.unused
    assert member_with_mark(second, "mark") == fox
    assert Path(first.where).stat().st_mode & 0o077 == 0  # for nobody but its owner
    for each in (first, second):
        each.close()


def test_where_the_disk_takes_nothing_a_class_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    database = Database(str(tmp_path / "file" / "classes.sqlite"))
    opened = open_class(database)
    assert database.refusal is KeepReason.FAILING
    fox = join(database, opened.code, "mark")
    found = []
    thread = threading.Thread(target=lambda: found.append(member_with_mark(database, "mark")))
    thread.start()
    thread.join()
    assert found == [fox]
    end_class(database, opened.class_id)
    assert member(database, fox.student_id) is None
