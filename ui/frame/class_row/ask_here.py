"""A teacher asks the class from the page that raises the question."""

from collections.abc import Sequence

import streamlit as st

from model.classroom.questions import ask_class
from model.classroom.reasons import ClassError
from ui.locale import say
from ui.state.classroom.seat import ClassSeats, Role
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words
from ui.state.pages import page
from ui.state.session import of_page


def ask_here(key: str, text: str, options: Sequence[str], right: int | None) -> None:
    """Offer to put a question to the class; nothing where nobody teaches.

    Args:
        key: of the button.
        text: of the question, in English: marked with `to_say`.
        options: the answers, likewise.
        right: the place of the right one; None where only the page tells.
    """
    teacher = of_page(ClassSeats).teacher
    if teacher is None or teacher.role is not Role.TEACHER:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_row"):
        pressed = st.button(
            say("Ask the class"),
            icon=":material/group:",
            key=key,
            help=say(
                "Opens this question on the screens of all students: {answers}",
                answers=" / ".join(map(say, options)),
            ),
        )
        st.page_link(page("class"), label=say("To the board"), icon=":material/arrow_forward:")
    if not pressed:
        return
    try:
        ask_class(database(), teacher.class_id, text, options, right, of_app=True)
    except ClassError as error:
        st.toast(class_words(error.reason))
    else:
        st.toast(say("Your class has the question. Its answers are on the board."))
