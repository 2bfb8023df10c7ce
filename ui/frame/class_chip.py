"""A student of a class on every page: who they are, their hand, the question, "come to this view".

Without a class it shows nothing and costs nothing.
"""

import streamlit as st

from ui.components.classroom import student_sign
from ui.state.address import strangers
from ui.state.classroom.seat import ClassSeat, student_seat
from ui.state.classroom.words import name_words
from ui.state.pages import ENTRIES, page


def class_chip() -> None:
    """Show it in the row of chips, and follow the teacher to another view."""
    seat = student_seat()
    if seat is None or seat.one is None:
        return
    with st.container(key="class_sign", width="content"):
        wanted = student_sign(
            "student_sign",
            token=seat.token,
            name=name_words(seat.one.name),
            colour=seat.one.name.colour,
            followed=seat.followed or 0,
        )
    if wanted is not None:
        follow(seat)


def follow(seat: ClassSeat) -> None:
    """Open the view to which the teacher has sent everybody, once."""
    sent = seat.sent_to
    if sent is None or sent.number == seat.followed:
        return
    seat.followed = sent.number
    if (name := next((each for each in ENTRIES if each == sent.page), None)) is not None:
        st.switch_page(page(name), query_params=strangers() | sent.query)
