"""The way in for a student: the code of the class, or their own one."""

import streamlit as st

from model.classroom.digits.handwriting import MOST_DIGITS
from model.classroom.lifecycle import join, let_go
from model.classroom.reasons import ClassError
from ui.classroom.kept import what_is_kept
from ui.locale import say
from ui.state.address import keep, kept
from ui.state.classroom.seat import ClassSeat, leave_seat, student_seat, take_seat
from ui.state.classroom.shown import first_open
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words, name_words, spaced
from ui.state.my_runs import MOST_AT_ONCE, MOST_RUNS, my_mark
from ui.state.pages import ENTRIES, page
from ui.state.properties import CODE


def show() -> None:
    """Draw the page."""
    seat = student_seat()
    if seat is None:
        _door()
    else:
        _inside(seat)
    what_is_kept()


def _door() -> None:
    with st.form("doors", border=False, width=420):
        typed = st.text_input(
            say("Code"),
            value=kept(CODE) or "",
            max_chars=12,
            placeholder=say("five letters"),
            key="class_code",
            help=say(
                "The five letters on the screen. If you were here before: your own eight letters.",
            ),
        )
        pressed = st.form_submit_button(say("Join"), type="primary", key="join_class")
    st.caption(say("You get an animal and a colour. Nobody asks for your name."))
    if not pressed:
        return
    try:
        take_seat(join(database(), typed, my_mark()))
    except ClassError as error:
        st.warning(class_words(error.reason))
        return
    keep({CODE: None})
    st.rerun()


def _inside(seat: ClassSeat) -> None:
    one = seat.one
    assert one is not None  # of a student's seat
    st.html(
        f"<p class='ds-you' data-colour='{one.name.colour}'>"
        + say("You are <b>{name}</b>", name=name_words(one.name))
        + "</p>"
    )
    st.markdown(
        say(
            "Your own code is **{code}**. Write it down: it brings you back as {name}, on "
            "any device, until the class ends.",
            code=spaced(one.own_code),
            name=name_words(one.name),
        )
    )
    st.markdown(
        say("Your teacher has chosen the pages. Questions come to you on every page.")
        if one.shown.pages
        else say("Go wherever you like. Questions come to you on every page.")
    )
    st.caption(
        say(
            "One computer works for all of you, for each alike. At a time {trainings} "
            "of your trainings go on, and {kept} are kept; {digits} digits can be handed "
            "in; a picture may have 50 MB.",
            trainings=MOST_AT_ONCE,
            kept=MOST_RUNS,
            digits=MOST_DIGITS,
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        begin = first_open()
        st.page_link(
            page(begin), label=say("To {title}", title=ENTRIES[begin].title), icon=":material/draw:"
        )
        if st.button(say("Somebody else sits here now"), key="leave_class"):
            try:
                let_go(database(), one)
            except ClassError as error:
                st.warning(class_words(error.reason))
                return
            leave_seat()
            st.rerun()
