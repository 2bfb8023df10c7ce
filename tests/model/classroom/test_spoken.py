"""A class has its teacher's language, and databases of before have none."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from model.classroom.database import Database
from model.classroom.lifecycle import end_class, join, member, open_class
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.spoken import speak_in_class
from model.classroom.tables import LanguageRow
from model.classroom.view import ClassView, view_class


def seen(database: Database, class_id: str) -> ClassView:
    view = view_class(database, class_id)
    assert view is not None
    return view


def test_students_and_screens_hear_of_the_language(database: Database) -> None:
    opened, other = open_class(database, "zh_Hans"), open_class(database)
    fox = join(database, opened.code)
    assert fox.language == seen(database, opened.class_id).language == "zh_Hans"
    assert seen(database, other.class_id).language == ""
    speak_in_class(database, opened.class_id, "en")
    back = member(database, fox.student_id)
    assert back is not None
    assert back.language == "en"
    version = seen(database, opened.class_id).version
    speak_in_class(database, opened.class_id, "en")
    assert seen(database, opened.class_id).version == version  # nobody is told of nothing


def test_the_language_goes_with_its_class(database: Database) -> None:
    opened = open_class(database, "zh_Hans")
    end_class(database, opened.class_id)
    with pytest.raises(ClassError) as caught:
        speak_in_class(database, opened.class_id, "en")
    assert caught.value.reason is ClassReason.OVER
    with database.begin() as session:
        assert session.scalars(select(LanguageRow)).all() == []


def test_a_database_that_was_made_before_opens_and_learns_it(tmp_path: Path) -> None:
    before = Database(str(tmp_path / "classes.sqlite"))
    opened = open_class(before)
    fox = join(before, opened.code, "mark")
    with before.begin() as session:
        session.execute(text("DROP TABLE class_languages"))
    before.close()
    database = Database(before.where)
    assert member(database, fox.student_id) == fox
    assert seen(database, opened.class_id).language == ""
    speak_in_class(database, opened.class_id, "zh_Hans")
    assert seen(database, opened.class_id).language == "zh_Hans"
    database.close()
