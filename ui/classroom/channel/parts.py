"""What each screen of a class shows, in parts: of a change only the parts that differ are sent.

A student's screen gets nothing of other students but how many there are.
"""

import base64
from collections.abc import Mapping
from typing import Any

from model.classroom.questions import Stage
from model.classroom.view import ClassView, QuestionView, StudentView
from ui.locale import say
from ui.state.classroom.seat import ClassSeat, Role
from ui.state.classroom.words import name_words
from ui.state.pages import ENTRIES
from ui.style.words import percent

Parts = Mapping[str, Any]

PLACES = 8
"""Of a league, that a projector shows: more lines are not read from the last row."""


def parts_of(seat: ClassSeat, view: ClassView) -> Parts:
    """All that the screen of a seat shows."""
    match seat.role:
        case Role.STUDENT:
            return _student_parts(seat, view)
        case Role.TEACHER:
            return _board_parts(view)
        case Role.SCREEN:
            return _screen_parts(view)


def _student_parts(seat: ClassSeat, view: ClassView) -> Parts:
    mine = None if seat.one is None else view.student(seat.one.student_id)
    if mine is None:
        return {}
    return {
        "class": {
            "front": view.front,
            "paused": view.paused,
            "shown": view.shown.number,
            "language": view.language,
        },
        "me": {"name": name_words(mine.name), "colour": mine.name.colour, "hand": bool(mine.hand)},
        "go": view.sent_to.number if view.sent_to is not None else 0,
        "question": _question_for(mine.id, view),
        "picture": _picture(view),
        "prompt": None if mine.prompt is None else vars(mine.prompt),
    }


def _board_parts(view: ClassView) -> Parts:
    return {
        "class": {
            "code": view.code,
            "front": view.front,
            "paused": view.paused,
            "count": len(view.students),
            "here": sum(each.here for each in view.students),
        },
        "question": _question_for(None, view),
        "picture": _picture(view),
        **{f"tile {each.id}": _tile(place, each, view) for place, each in enumerate(view.students)},
    }


def _screen_parts(view: ClassView) -> Parts:
    return {
        "class": {
            "code": view.code,
            "front": view.front,
            "count": len(view.students),
            "language": view.language,
        },
        "question": _question_for(None, view),
        "league": _league(view),
        "picture": _picture(view),
    }


def _league(view: ClassView) -> dict[str, Any] | None:
    """The first places of the league that the teacher shows."""
    league = view.league
    if league is None:
        return None
    students = {each.id: each for each in view.students}
    rows = [
        {
            "place": place,
            "name": name_words(students[student].name),
            "colour": students[student].name.colour,
            "right": entry.right,
            "share": percent(entry.right / league.test),
        }
        for place, student, entry in league.ranking
        if student in students
    ]
    return {"test": league.test, "rows": rows[:PLACES], "more": len(rows[PLACES:])}


def _tile(place: int, each: StudentView, view: ClassView) -> dict[str, Any]:
    doing, question = each.doing, view.question
    entry = ENTRIES.get(doing.page)  # type: ignore[call-overload]
    answered = question is not None and each.id in question.answers[question.round - 1]
    return {
        "place": place,
        "name": name_words(each.name),
        "colour": each.name.colour,
        "here": each.here,
        "active": each.active,
        "hand": each.hand,
        "page": "" if entry is None else entry.title,
        "digit": None if doing.digit is None else base64.b64encode(doing.digit).decode(),
        "said": doing.said,
        "share": None if doing.share is None else percent(doing.share),
        "run": None if doing.run is None else vars(doing.run),
        "answered": answered,
        "handed": None if each.prompt is None else each.prompt.number,
    }


def _question_for(student: str | None, view: ClassView) -> dict[str, Any] | None:
    """The question as a screen shows it: what is not to be known yet does not leave the server."""
    question = view.question
    if question is None:
        return None
    now = question.round - 1
    shown: dict[str, Any] = {
        "id": question.id,
        "number": question.number,
        "text": say(question.text) if question.of_app else question.text,
        "options": [say(each) if question.of_app else each for each in question.options],
        "round": question.round,
        "stage": question.stage,
        "answered": sum(question.counts[now]),
        "count": len(view.students),
        "spread": _spread(question),
        "right": question.right if question.stage is Stage.REVEALED else None,
    }
    if student is not None:
        shown["mine"] = question.answers[now].get(student)
    return shown


def _picture(view: ClassView) -> str | None:
    """The digit that is asked about: a part of its own, so that it is not sent with each answer."""
    pixels = None if view.question is None else view.question.pixels
    return None if pixels is None else base64.b64encode(pixels).decode()


def _spread(question: QuestionView) -> list[tuple[int, ...]]:
    """How the answers of the rounds are spread, of those that the teacher has opened."""
    opened = question.round if question.stage is not Stage.ASKED else question.round - 1
    return list(question.counts[:opened])
