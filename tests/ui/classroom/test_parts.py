"""What screens of a class are told: each text is the app's own, or the teacher's question."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from model.classroom.digits.handwriting import ask_for_digits
from model.classroom.doings import Doing, RunDoing, note_doings, raise_hand
from model.classroom.names import NAMES, Colour
from model.classroom.questions import Stage, answer, ask_class, reveal, show_answers
from model.classroom.spoken import speak_in_class
from model.classroom.steering import send_to
from model.classroom.view import view_class
from tests.ui.classroom.conftest import Lesson
from ui.classroom.channel.parts import parts_of
from ui.state.classroom.seat import Role
from ui.state.classroom.words import name_words
from ui.state.pages import ENTRIES

TYPED = "typed by a student"
OPTIONS = ("a filter", "a pixel")
SHARE = re.compile(r"\d+(\.\d+)?%")
ID = re.compile(r"[0-9a-f]{16}")


def texts(part: Any) -> Iterator[str]:
    """All texts of a part, without the names of its fields."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from texts(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from texts(each)


def test_no_free_text_of_a_student_reaches_any_screen(lesson: Lesson) -> None:
    here, class_id = lesson.database, lesson.opened.class_id
    fox, owl = lesson.seat(), lesson.seat()
    assert fox.one is not None
    student = fox.one.student_id
    speak_in_class(here, class_id, "zh_Hans")
    send_to(here, class_id, "filters", {"layer": TYPED})  # what a teacher's address says
    pixels = np.eye(28, dtype=np.uint8)
    asked = ask_class(here, class_id, "What slides?", OPTIONS, 0, pixels=pixels)
    answer(here, class_id, student, asked, 1, 1)
    show_answers(here, class_id, asked)
    reveal(here, class_id, asked)
    ask_for_digits(here, class_id, True)
    raise_hand(here, class_id, student, True)
    doing = Doing(TYPED, bytes(784), 7, 0.25, RunDoing(2, 10, True, (0.5,), 1))
    note_doings(here, class_id, {student: doing})
    view = view_class(here, class_id)
    assert view is not None
    known = {
        *map(name_words, NAMES),
        *Colour,
        *(entry.title for entry in ENTRIES.values()),
        *Stage,
        *("", "zh_Hans", lesson.opened.code, "What slides?", *OPTIONS),
        *(base64.b64encode(each).decode() for each in (bytes(784), pixels.tobytes())),
    }
    told = 0
    for seat in (fox, owl, lesson.seat(Role.TEACHER), lesson.seat(Role.SCREEN)):
        for text in texts(dict(parts_of(seat, view))):
            told += 1
            assert text in known or SHARE.fullmatch(text) or ID.fullmatch(text), text
    assert told > 20  # they were looked at
