"""How a teacher asks a question and takes it through its stages: guess, talk, reveal."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from model.classroom.database import Database
from model.classroom.questions import (
    LONGEST_OPTION,
    LONGEST_TEXT,
    ROUNDS,
    Stage,
    ask_again,
    ask_class,
    close_question,
    reveal,
    show_answers,
)
from model.classroom.view import ClassView, QuestionView
from model.data.mnist import TEST
from ui.classroom.ready_questions import READY
from ui.digit.test_digits import test_digit
from ui.frame.class_row.lesson_questions import ReadyQuestion
from ui.locale import say, to_say
from ui.state.classroom.store import database
from ui.state.pages import page
from ui.state.picks import keep_option
from ui.state.session import ChosenDigit, session

DIGITS = tuple(str(digit) for digit in range(10))
NOBODY_SAYS = ""
FORMS = (to_say("Ready-made"), to_say("My own"), to_say("Which digit?"))
BAD = to_say("A question needs words, and two to four different answers, one a line.")
TEST_DIGIT, MINE = to_say("A test digit"), to_say("The digit of the other pages")
FIRST_ASKED = 185
"""A test digit that divides a class: a 3, which the shipped network takes for a 5, with 53%."""
NO_WORDS = to_say("The question needs words.")
WHICH_DIGIT = to_say("Which digit is this?")


def ask_popover(view: ClassView) -> None:
    """Offer to ask something."""
    # Another key with each question: the popover closes when one was asked.
    asked = "" if view.question is None else view.question.id
    with (
        st.container(key="ask", width="content"),
        st.popover(say("Ask"), icon=":material/help:", key=f"ask_{asked}", width="content"),
    ):
        form = st.segmented_control(
            say("Kind"),
            FORMS,
            default=FORMS[0],
            format_func=say,
            required=True,
            key="ask_form",
        )
        if form == FORMS[0]:
            _ready(view)
        elif form == FORMS[1]:
            _own(view)
        else:
            _digit(view)


def _ready(view: ClassView) -> None:
    keep_option("ask_ready")
    chosen: ReadyQuestion = st.selectbox(
        say("Question"), READY, format_func=lambda each: say(each.text), key="ask_ready"
    )
    marked = (
        say("{answer} (right)", answer=say(option)) if place == chosen.right else say(option)
        for place, option in enumerate(chosen.options)
    )
    st.markdown("\n".join(f"- {each}" for each in marked))
    st.page_link(page(chosen.page), label=say("The page that shows it"))
    if st.button(say("Ask the class"), type="primary", key="ask_ready_now"):
        ask_class(database(), view.id, chosen.text, chosen.options, chosen.right, of_app=True)
        st.rerun()


def _own(view: ClassView) -> None:
    text = st.text_input(say("Question"), max_chars=LONGEST_TEXT, key="ask_text")
    lines = st.text_area(say("Answers, one a line"), key="ask_lines", height=120).splitlines()
    options = [line.strip()[:LONGEST_OPTION] for line in lines if line.strip()]
    right = _right(options, "ask_right")
    if not st.button(say("Ask the class"), type="primary", key="ask_own_now"):
        return
    if len(options) > 4:  # more do not fit on a projector
        st.warning(say(BAD))
        return
    place = None if right == NOBODY_SAYS else options.index(right)
    try:
        ask_class(database(), view.id, text, options, place)
    except ValueError:
        st.warning(say(BAD))
    else:
        st.rerun()


def _digit(view: ClassView) -> None:
    text = st.text_input(
        say("Question"), say(WHICH_DIGIT), max_chars=LONGEST_TEXT, key="ask_digit_text"
    )
    digit = _digit_to_read()
    if digit.label is None:
        right = _right(DIGITS, "ask_digit_right")
        place = None if right == NOBODY_SAYS else int(right)
    else:
        place = digit.label
        st.caption(say("The right answer is {truth}.", truth=place))
    if st.button(say("Ask the class"), type="primary", key="ask_digit_now"):
        pixels = np.rint(digit.pixels * 255).astype(np.uint8)
        as_offered = text.strip() == say(WHICH_DIGIT)
        if as_offered:
            text = WHICH_DIGIT
        try:
            ask_class(database(), view.id, text, DIGITS, place, as_offered, pixels)
        except ValueError:
            st.warning(say(NO_WORDS))
        else:
            st.rerun()


def _digit_to_read() -> ChosenDigit:
    """Let the teacher choose what the class is to read: a test digit, or the one of all pages."""
    mine = session().digit
    sources = (TEST_DIGIT, MINE) if mine is not None else (TEST_DIGIT,)
    source = st.segmented_control(
        say("Which one"),
        sources,
        default=sources[0],
        format_func=say,
        required=True,
        key="ask_digit_source",
    )
    if source == MINE and mine is not None:
        digit = mine
    else:
        place = st.number_input(say("Its number"), 0, TEST - 1, FIRST_ASKED, key="ask_digit_place")
        digit = test_digit(place)
        if mine is None:
            st.caption(say("Draw on the stage, and that digit can be asked about, too."))
    st.image(np.rint(255 - 255 * digit.pixels).astype(np.uint8), width=112, alt=digit.source)
    return digit


def _right(options: Sequence[str], key: str) -> str:
    """Let the teacher say which answer is right; `NOBODY_SAYS` where none is."""
    keep_option(key)
    chosen: str = st.selectbox(
        say("Right answer"),
        [NOBODY_SAYS, *options],
        format_func=lambda option: option or say("none"),
        key=key,
    )
    return chosen


def stages(question: QuestionView, view: ClassView) -> None:
    """Offer what can be done with the question that is on the screens."""
    with st.container(horizontal=True, vertical_alignment="center", key="stages"):
        if question.stage is Stage.ASKED:
            _step(say("Show the answers"), "show_answers", show_answers, question, view, first=True)
        if question.stage is Stage.SHOWN:
            again = question.round < ROUNDS
            if again:
                _step(say("Ask again"), "ask_again", ask_again, question, view, first=True)
            if question.right is not None:
                _step(say("Reveal"), "reveal", reveal, question, view, first=not again)
        _step(say("Done"), "close_question", close_question, question, view)


def _step(
    words: str,
    key: str,
    step: Callable[[Database, str, str], None],
    question: QuestionView,
    view: ClassView,
    first: bool = False,
) -> None:
    if st.button(words, key=key, type="primary" if first else "secondary"):
        step(database(), view.id, question.id)
        st.rerun()
