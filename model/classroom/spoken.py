"""The language of a class: its teacher's, for students who have chosen none."""

from sqlalchemy.orm import Session

from model.classroom.database import Database
from model.classroom.tables import LanguageRow


def speak_in_class(database: Database, class_id: str, language: str) -> None:
    """Let a class have a language; that it has already changes nothing.

    Args:
        database: of the classes.
        class_id: of the class.
        language: by the name that the screen has for it.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.begin() as session:
        if language_in(session, class_id) == language:
            return
    with database.change(class_id) as session:
        row = session.get(LanguageRow, class_id)
        if row is None:
            session.add(LanguageRow(class_id=class_id, language=language))
        else:
            row.language = language


def language_in(session: Session, class_id: str) -> str:
    """Return the language of a class, within a transaction; empty where none was said."""
    row = session.get(LanguageRow, class_id)
    return "" if row is None else row.language
