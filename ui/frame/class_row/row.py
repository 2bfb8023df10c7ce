"""A student of a class on every page: who they are, their hand, the question, "come to this view".

Without a class it shows nothing and costs nothing.
"""

from collections.abc import Mapping

import streamlit as st

from model.classroom.lifecycle import Member
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.steering import send_to
from ui.components.classroom import student_sign
from ui.locale import say
from ui.state.address import strangers, told
from ui.state.classroom.seat import ClassSeat, ClassSeats, Role, student_seat
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words, name_words
from ui.state.pages import ENTRIES, page
from ui.state.properties import CODE, EPOCH, NETWORK, PRESENT, RUN, SCREEN, TEACH
from ui.state.session import of_page, session

OF_THE_CLASS = ("class", "join", "handwriting", "lessons")
"""Pages to which a class is not brought."""
PRIVATE = {each.name for each in (RUN, NETWORK, EPOCH, PRESENT, TEACH, SCREEN, CODE)}


def class_chip() -> None:
    """Show it in the row of chips, and follow the teacher to another view."""
    mine = of_page(ClassSeats)
    if mine.ended:
        mine.ended = False
        st.toast(class_words(ClassReason.OVER), icon=":material/logout:", duration="long")
    seat = student_seat()
    if seat is not None and seat.one is not None:
        _student(seat, seat.one)
    teacher = mine.teacher
    if teacher is not None and teacher.role is Role.TEACHER and session().page not in OF_THE_CLASS:
        _bring_everybody(teacher)


def _student(seat: ClassSeat, one: Member) -> None:
    with st.container(key="class_sign", width="content"):
        wanted = student_sign(
            "student_sign",
            token=seat.token,
            whose=one.student_id,
            name=name_words(one.name),
            colour=one.name.colour,
            followed=seat.followed or 0,
            shown=one.shown.number,
            spoken=one.language,
        )
    if wanted is not None:
        follow(seat)


def _bring_everybody(teacher: ClassSeat) -> None:
    """Offer to send the class to this very view: the page and all that its address says of it."""
    if not st.button(
        say("Everybody here"),
        icon=":material/group:",
        key="bring_everybody",
        help=say("Opens this view on the screens of all students of your class."),
    ):
        return
    try:
        send_to(database(), teacher.class_id, session().page, shared(told(session().page)))
    except ClassError as error:
        st.toast(class_words(error.reason))
    else:
        st.toast(say("All students are on their way here."))


def shared(query: Mapping[str, str]) -> dict[str, str]:
    """What others may have of an address: the view, and nobody's trainings or keys."""
    return {name: text for name, text in query.items() if name not in PRIVATE}


def follow(seat: ClassSeat) -> None:
    """Open the view to which the teacher has sent everybody, once."""
    sent = seat.sent_to
    if sent is None or sent.number == seat.followed:
        return
    seat.followed = sent.number
    name = next((each for each in ENTRIES if each == sent.page), None)
    if name is not None and name not in OF_THE_CLASS:
        st.switch_page(page(name), query_params=strangers() | sent.query)
