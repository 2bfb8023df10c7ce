import pytest

from model.data import mnist
from ui.classroom.lesson_plans import LESSONS, SEVEN, THREE, LessonPlan, Link
from ui.classroom.worksheets import SHEETS
from ui.state.pages import ENTRIES
from ui.state.properties import LESSON, TABLE

LINKS = [link for plan in LESSONS for step in plan.steps for link in step.links]


@pytest.mark.parametrize("plan", LESSONS, ids=lambda plan: plan.title)
def test_a_lesson_fills_its_time_and_has_all_its_parts(plan: LessonPlan) -> None:
    assert sum(step.minutes for step in plan.steps) == 45
    assert len(plan.aims) == 3
    assert plan.questions
    assert plan.pitfalls
    assert all(step.worksheet in ("", *SHEETS) for step in plan.steps)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link.page} {dict(link.query)}")
def test_a_link_opens_a_view_that_exists(link: Link) -> None:
    assert link.page in ENTRIES
    for name, text in link.query.items():
        value, understood = TABLE[name].read(text)
        assert understood, f"{name}={text} is not understood"
        assert value is not None
        assert TABLE[name].told_on(link.page), f"{link.page} does not read {name}"


def test_the_address_can_name_every_lesson() -> None:
    assert [LESSON.read(str(number))[1] for number in range(len(LESSONS) + 1)] == [
        *(True for _ in LESSONS),
        False,
    ]


def test_the_digits_that_the_lessons_speak_of_are_these() -> None:
    labels = mnist.embedded().test.labels
    assert labels[int(SEVEN)] == 7
    assert labels[int(THREE)] == 3
