"""Whatever the file of classes holds: it is put aside whole, and there is a new one.

DIGITSCOPE_JUNK says how many damaged copies are tried (10,000 for the full proof).
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from model.classroom import database as database_module
from model.classroom.database import Database
from model.classroom.digits.handwriting import ask_for_digits, bring, hand_in, written_digits
from model.classroom.digits.training_sets import make_set
from model.classroom.doings import Doing, RunDoing, note_doings, raise_hand
from model.classroom.lifecycle import (
    Opened,
    class_of_teacher,
    end_old,
    join,
    member,
    member_with_mark,
    open_class,
)
from model.classroom.questions import Stage, answer, ask_again, ask_class, reveal, show_answers
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.shown import show_only
from model.classroom.sqlite_file import is_sound
from model.classroom.steering import send_to
from model.classroom.view import view_class
from model.data.mnist import Digits
from tests.junk import mutated
from tests.postgres import Postgres

JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "60"))


def taught(path: Path) -> Opened:
    """Write a file in which a class has done all that there is to do."""
    database = Database(str(path))
    opened = open_class(database, "zh_Hans")
    here = opened.class_id
    fox, owl = (join(database, opened.code, f"mark {number}") for number in range(2))
    curve = RunDoing(2, 10, True, (0.5, 0.75), 1, 2)
    note_doings(database, here, {fox.student_id: Doing("draw", bytes(784), 7, 0.9, curve)})
    note_doings(database, here, {owl.student_id: Doing("train")})
    raise_hand(database, here, owl.student_id, True)
    for stage in Stage:
        asked = ask_class(database, here, f"{stage}?", ["a", "b"], 0)
        answer(database, here, fox.student_id, asked, 1, 1)
        if stage is not Stage.ASKED:
            show_answers(database, here, asked)
        if stage is Stage.REVEALED:
            ask_again(database, here, asked)
            answer(database, here, owl.student_id, asked, 2, 0)
            show_answers(database, here, asked)
            reveal(database, here, asked)
    ask_for_digits(database, here, True)
    hand_in(database, here, fox.student_id, 0, 3, np.zeros((28, 28), np.uint8), True)
    images = np.random.default_rng(1).integers(0, 256, (50, 28, 28), np.uint8)
    bring(database, here, Digits(images, np.arange(50, dtype=np.uint8) % 10), [False] * 50)
    make_set(database, here, written_digits(database, here), held_back=True)
    send_to(database, here, "filters", {"layer": "conv2"})
    show_only(database, here, ["draw"], ["settings"])
    database.close()
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]
    return opened


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Opened]:
    path = tmp_path_factory.mktemp("class") / "classes.sqlite"
    opened = taught(path)
    assert is_sound(path)
    return path.read_bytes(), opened


def somebody_elses(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    return path.read_bytes()


def changed(content: bytes, path: Path, *statements: str) -> bytes:
    """The file as SQLite itself leaves it after these statements."""
    path.write_bytes(content)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path.read_bytes()


def use(database: Database, opened: Opened) -> None:
    """Do what pages and the server do with any database."""
    member_with_mark(database, "mark 0")
    class_of_teacher(database, opened.teacher_key)
    end_old(database)
    view_class(database, opened.class_id)
    written_digits(database, opened.class_id)
    new = open_class(database)
    fox = join(database, new.code, "a new mark")
    assert member(database, fox.student_id) == fox
    assert view_class(database, new.class_id) is not None


@pytest.mark.parametrize(
    "damage",
    [
        "random bytes",
        "a text",
        "cut off",
        "overwritten from the second page on",
        "of another program",
        "a column more",
        "a colour that there is not",
        "a text that is no text",
        "a number that is a word",
        "a round that there is not",
        "no JSON",
        "an answer without a student",
        "a header that says read-only",
    ],
)
def test_a_file_that_is_not_ours_is_put_aside_as_it_is(
    tmp_path: Path, whole: tuple[bytes, Opened], damage: str
) -> None:
    good, opened = whole
    path = tmp_path / "classes.sqlite"
    chance = np.random.default_rng(7)
    match damage:
        case "random bytes":
            content = chance.bytes(9_000)
        case "a text":
            content = b"no database at all\n" * 100
        case "cut off":
            content = good[: len(good) // 2 + 100]
        case "overwritten from the second page on":
            content = good[:4096] + chance.bytes(len(good) - 4096)
        case "of another program":
            content = somebody_elses(path)
        case "a header that says read-only":
            content = good[:18] + b"\3" + good[19:]
        case _:
            statement = {
                "a column more": "ALTER TABLE class_classes ADD COLUMN mood TEXT",
                "a colour that there is not": "UPDATE class_students SET colour = 'beige'",
                "a text that is no text": "UPDATE class_classes SET code = CAST(x'ff41' AS TEXT)",
                "a number that is a word": "UPDATE class_classes SET version = 'many'",
                "a round that there is not": "UPDATE class_answers SET round = round + 7",
                "no JSON": "UPDATE class_questions SET options = '[\"a\"'",
                "an answer without a student": "DELETE FROM class_students",
            }[damage]
            content = changed(good, path, statement)
    path.write_bytes(content)
    database = Database(str(path))
    assert member_with_mark(database, "mark 0") is None
    assert class_of_teacher(database, opened.teacher_key) is None
    use(database, opened)
    assert database.refusal is None
    assert database.aside is not None
    assert database.aside.parent == tmp_path
    assert database.aside.read_bytes() == content
    other = Database(str(path))  # another server has the new one, and nothing to say
    use(other, opened)
    assert other.aside is None
    for each in (database, other):
        each.close()
    assert is_sound(path)
    path.write_bytes(content)
    again = Database(str(path))
    use(again, opened)
    assert again.aside not in (None, database.aside)  # none is overwritten
    again.close()


def test_a_sound_file_is_taken_as_it_is(tmp_path: Path, whole: tuple[bytes, Opened]) -> None:
    path = tmp_path / "classes.sqlite"
    path.write_bytes(whole[0])
    database = Database(str(path))
    assert member_with_mark(database, "mark 0") is not None
    assert database.aside is None
    database.close()
    before = changed(whole[0], path, "DROP TABLE class_languages")  # as a version of before left it
    path.write_bytes(before)
    database = Database(str(path))
    assert member_with_mark(database, "mark 0") is not None
    assert database.aside is None
    database.close()


def test_no_damage_ends_in_anything_but_a_class(
    tmp_path: Path, whole: tuple[bytes, Opened]
) -> None:
    good, opened = whole
    chance = np.random.default_rng(3)
    refused = 0
    for number in range(JUNK):
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(mutated(good, chance))
        if number % 10 and not is_sound(path):  # the way from here is the same for all
            refused += 1
        else:
            database = Database(str(path))
            use(database, opened)
            assert database.refusal is None
            refused += database.aside is not None
            database.close()
        for file in tmp_path.iterdir():
            file.unlink()
    assert JUNK / 5 < refused < JUNK  # in the pixels of a digit damage is another digit


def test_damage_in_the_middle_of_a_lesson_ends_its_classes(
    tmp_path: Path, whole: tuple[bytes, Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a disk does it: the file was sound when it was opened."""
    monkeypatch.setattr(database_module, "is_sound", lambda _: True)
    good, opened = whole
    path = tmp_path / "classes.sqlite"
    path.write_bytes(good)
    with closing(sqlite3.connect(path)) as connection:
        ((page, size),) = connection.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size "
            "WHERE name = 'class_students'"
        )
    damaged = good[: (page - 1) * size] + bytes(size) + good[page * size :]
    path.write_bytes(damaged)
    database = Database(str(path))
    with pytest.raises(ClassError) as caught:
        use(database, opened)
    assert caught.value.reason is ClassReason.DAMAGED
    assert database.aside is not None
    assert member_with_mark(database, "mark 0") is None
    use(database, opened)
    database.close()
    path.write_bytes(damaged)
    new = open_class(Database(str(path)))  # who opens a class hears nothing of the old ones
    assert class_of_teacher(Database(str(path)), new.teacher_key) == new.class_id


def test_postgres_damage_is_no_damage_of_a_file(postgres_server: Postgres) -> None:
    """What PostgreSQL says of its own files is for its administrator."""
    database = Database(postgres_server.url)
    for code in ("XX001", "XX002", "58030", "42P01"):  # data, an index, a disk, no such table
        with pytest.raises(ClassError) as caught, database.begin() as session:
            session.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$"))
        assert caught.value.reason is ClassReason.AWAY
    assert database.aside is None
    use(database, Opened("none", "AAAAA", "none"))
    database.close()
