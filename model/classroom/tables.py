"""What is kept of a class, as tables. All of it hangs on its class, and goes with it.

Ids are random: none is ever given twice, and none can be guessed.
"""

import secrets
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def new_id() -> str:
    """Return an id."""
    return secrets.token_hex(8)


def _id() -> Mapped[str]:
    return mapped_column(String(16), primary_key=True, default=new_id)


def _of(column: str, **said: Any) -> Mapped[str]:
    return mapped_column(String(16), ForeignKey(column, ondelete="CASCADE"), **said)


class Base(DeclarativeBase):
    """All tables."""


class ClassRow(Base):
    """A class: times are seconds since 1970.

    Attributes:
        code: that students type.
        teacher, screen: digests of the two keys.
        version: grows with every change of anything of the class.
        front: whether the students' screens are dimmed.
        view, view_number: where everybody is sent, as {"page", "query"}, and how often it was said.
        paused: whether trainings are held.
        prompted: whether digits are asked for.
    """

    __tablename__ = "class_classes"

    id: Mapped[str] = _id()
    code: Mapped[str] = mapped_column(String(5), unique=True)
    teacher: Mapped[str] = mapped_column(String(64), unique=True)
    screen: Mapped[str] = mapped_column(String(64), unique=True)
    opened: Mapped[float]
    ends: Mapped[float]
    version: Mapped[int] = mapped_column(default=0)
    front: Mapped[bool] = mapped_column(default=False)
    view: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    view_number: Mapped[int] = mapped_column(default=0)
    paused: Mapped[bool] = mapped_column(default=False)
    prompted: Mapped[bool] = mapped_column(default=False)


class StudentRow(Base):
    """A student.

    Attributes:
        own_code: brings the student back in another browser.
        mark: of the browser, see `model.runs.owner`; None where it has none, or was left.
        hand: since when it is raised.
        here: whether a screen of theirs is connected.
        active: when something was last done.
        page: that is open.
        digit: 784 bytes, the one that was read last; `said` and `share`: the answer to it.
        run: of the last training: {"epoch", "target", "moving", "curve"}.
    """

    __tablename__ = "class_students"
    __table_args__ = (UniqueConstraint("class_id", "colour", "animal"),)

    id: Mapped[str] = _id()
    class_id: Mapped[str] = _of("class_classes.id", index=True)
    colour: Mapped[str] = mapped_column(String(16))
    animal: Mapped[str] = mapped_column(String(16))
    own_code: Mapped[str] = mapped_column(String(8), unique=True)
    mark: Mapped[str | None] = mapped_column(String(64), index=True)
    joined: Mapped[float]
    active: Mapped[float]
    hand: Mapped[float | None]
    here: Mapped[bool] = mapped_column(default=False)
    page: Mapped[str] = mapped_column(String(32), default="")
    digit: Mapped[bytes | None] = mapped_column(LargeBinary)
    said: Mapped[int | None]
    share: Mapped[float | None]
    run: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class QuestionRow(Base):
    """A question of the teacher's.

    Attributes:
        text: that the teacher wrote or chose.
        options: two to four answers, or the ten digits.
        right: the place of the right one; None where the teacher named none.
        round: 1, and 2 after the class was asked again.
        stage: see `model.classroom.questions`.
        number: they are counted in their class.
    """

    __tablename__ = "class_questions"

    id: Mapped[str] = _id()
    class_id: Mapped[str] = _of("class_classes.id", index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))
    options: Mapped[list[str]] = mapped_column(JSON)
    right: Mapped[int | None]
    round: Mapped[int] = mapped_column(default=1)
    stage: Mapped[str] = mapped_column(String(16))


class AppQuestionRow(Base):
    """A question of the app's own, in English: each screen says it in its own language.

    A question without it is the teacher's, and stays as it was written. It has a table of its own:
    databases of before have none.
    """

    __tablename__ = "class_app_questions"

    question_id: Mapped[str] = _of("class_questions.id", primary_key=True)


class PictureRow(Base):
    """The digit that a question is about. Databases of before have no such table."""

    __tablename__ = "class_pictures"

    question_id: Mapped[str] = _of("class_questions.id", primary_key=True)
    pixels: Mapped[bytes] = mapped_column(LargeBinary)  # 784 bytes, 255 is ink


class AnswerRow(Base):
    """A student's answer to a question in one round."""

    __tablename__ = "class_answers"

    question_id: Mapped[str] = _of("class_questions.id", primary_key=True)
    student_id: Mapped[str] = _of("class_students.id", primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    choice: Mapped[int]


class DigitRow(Base):
    """A digit that a student wrote for the class's own set.

    Attributes:
        asked: which digit was asked for.
        number: of the student's digits, counted; asked for twice it is still one.
        pixels: 784 bytes; None where no digit was found in the drawing.
        held: whether the detector held it back.
        removed: whether the teacher took it out.
        said, share: what the shipped network reads.
    """

    __tablename__ = "class_digits"
    __table_args__ = (UniqueConstraint("student_id", "number"),)

    id: Mapped[str] = _id()
    class_id: Mapped[str] = _of("class_classes.id", index=True)
    student_id: Mapped[str | None] = _of("class_students.id", index=True, nullable=True)
    number: Mapped[int]
    asked: Mapped[int]
    pixels: Mapped[bytes] = mapped_column(LargeBinary)
    held: Mapped[bool] = mapped_column(default=False)
    removed: Mapped[bool] = mapped_column(default=False)
    written: Mapped[float]


class BroughtRow(Base):
    """Who wrote a digit that was brought from a file: a number that is nobody's name.

    Digits without it are by writers whom nobody can tell apart. Databases of before have no such
    table.
    """

    __tablename__ = "class_brought"

    digit_id: Mapped[str] = _of("class_digits.id", primary_key=True)
    writer: Mapped[int]


class SetRow(Base):
    """Digits of a class as they were when a training on them began.

    Attributes:
        digest: of the digits and their parts.
        content: an archive, see `model.classroom.digits.training_sets`.
        made: seconds since 1970.
    """

    __tablename__ = "class_sets"

    id: Mapped[str] = _id()
    class_id: Mapped[str] = _of("class_classes.id", index=True)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made: Mapped[float]


class ShownRow(Base):
    """What the students of a class see; a class without it sees everything.

    Attributes:
        pages: names of those that are open to students; none: all.
        hidden: what is left out on them.
        number: how often it was chosen.
    """

    __tablename__ = "class_shown"

    class_id: Mapped[str] = _of("class_classes.id", primary_key=True)
    pages: Mapped[list[str]] = mapped_column(JSON)
    hidden: Mapped[list[str]] = mapped_column(JSON)
    number: Mapped[int]


class LanguageRow(Base):
    """The language of a class. It has a table of its own: databases of before have none."""

    __tablename__ = "class_languages"

    class_id: Mapped[str] = _of("class_classes.id", primary_key=True)
    language: Mapped[str] = mapped_column(String(16))


class LeagueRow(Base):
    """A league; a class has one at a time.

    Attributes:
        set_id: of the digits, see `SetRow`.
        training, test: how many of them are learned from, and held back.
        parameters, seconds: what a network may have.
        ended: whether the results may be seen.
    """

    __tablename__ = "class_leagues"

    id: Mapped[str] = _id()
    class_id: Mapped[str] = _of("class_classes.id", unique=True)
    set_id: Mapped[str] = mapped_column(String(16))
    training: Mapped[int]
    test: Mapped[int]
    parameters: Mapped[int]
    seconds: Mapped[int]
    ended: Mapped[bool]


class LeagueShownRow(Base):
    """A league that the projector shows: as of a language, databases of before have no table."""

    __tablename__ = "class_leagues_shown"

    league_id: Mapped[str] = _of("class_leagues.id", primary_key=True)


class EntryRow(Base):
    """A student's network in a league: how many digits it reads, and what it took."""

    __tablename__ = "class_entries"

    league_id: Mapped[str] = _of("class_leagues.id", primary_key=True)
    student_id: Mapped[str] = _of("class_students.id", primary_key=True)
    right: Mapped[int]
    parameters: Mapped[int]
    seconds: Mapped[float]
    epoch: Mapped[int]
