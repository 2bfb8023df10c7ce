"""A teacher's page: open a class, see who does what, end it; and what a projector shows.

The teacher's key is in this page's address and nowhere else. A projector's window has another one,
which shows the way in and the question and steers nothing: that address may be seen by all.
"""

from urllib.parse import urlencode

import streamlit as st

from model.classroom.codes import screen_key_of
from model.classroom.lifecycle import (
    class_of_screen,
    class_of_teacher,
    end_class,
    open_class,
)
from model.classroom.reasons import ClassError
from model.classroom.spoken import speak_in_class
from model.classroom.view import ClassView, view_class
from ui.classroom.ask import ask_popover, stages
from ui.classroom.invite import invite_here
from ui.classroom.kept import what_is_kept
from ui.classroom.show_only import show_only_popover
from ui.classroom.steer import steer
from ui.components.classroom import class_screen
from ui.locale import language, say
from ui.state.address import keep, kept
from ui.state.classroom.seat import ClassSeats, Role, leave_desk, looking_seat
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words
from ui.state.language import take_class_language
from ui.state.pages import page
from ui.state.properties import SCREEN, TEACH
from ui.state.reason_words import reason_words
from ui.state.session import of_page
from ui.style.words import plain


def show() -> None:
    """Draw the page."""
    try:
        _show()
    except ClassError as error:
        st.warning(class_words(error.reason))


def _show() -> None:
    here, key, screen = database(), kept(TEACH), kept(SCREEN)
    role = Role.TEACHER if key else Role.SCREEN
    class_id = None
    if key:
        class_id = class_of_teacher(here, key)
    elif screen:
        class_id = class_of_screen(here, screen)
    view = None if class_id is None else view_class(here, class_id)
    damaged = _say_damage()
    if view is None:
        if (key or screen) and not damaged:
            st.info(say("The class of this address has ended. Everything of it is deleted."))
        _doors()
        return
    if role is Role.SCREEN:
        before = language()
        take_class_language(view.language)
        if language() != before:
            st.rerun()  # the menu is drawn already
    seat = looking_seat(role, view.id)
    names = False
    if role is Role.TEACHER:
        if view.language != language():  # as when a teacher comes back in another language
            speak_in_class(here, view.id, language())
        assert key is not None
        names = _steer(view, key)
    with st.container(key="class_board" if role is Role.TEACHER else "class_projector"):
        class_screen(
            role,
            show="board" if role is Role.TEACHER else "projector",
            token=seat.token,
            invite=invite_here(view.code).data(),
            names=names,
            spoken=view.language,
        )


def _say_damage() -> bool:
    """Say once that a damaged file was put aside; whether it was said now.

    It stays until it is closed: what is in that file is nobody's any more, and is not deleted.
    """
    mine, aside = of_page(ClassSeats), database().aside
    if aside is None or aside == mine.told_aside:
        return False
    mine.told_aside = aside
    st.toast(
        say(
            "The file with this server's classes was damaged, and a class that was open in it has "
            "ended. The file is kept as {name}, beside a new one. What students wrote may still "
            "be in it: delete it when nobody needs it any more.",
            name=plain(aside.name),
        ),
        icon=":material/warning:",
        duration="infinite",
    )
    return True


def _doors() -> None:
    with st.container(key="doors"):
        pressed = st.button(say("Open a class"), type="primary", key="open_class")
    st.markdown(
        say(
            "Your students join with a code of five letters, or by a QR code. You see what "
            "each of them does, ask all of them a question, and bring everybody to one "
            "view. It works without accounts and without the internet.",
        )
    )
    what_is_kept()
    if pressed:
        keep({TEACH: open_class(database(), language()).teacher_key, SCREEN: None})
        st.rerun()


def _steer(view: ClassView, key: str) -> bool:
    """What the teacher can do, in one row above the board; whether its tiles have names."""
    here = database()
    if here.refusal is not None:
        st.info(
            say(
                "{reason} The class ends when this server ends.",
                reason=reason_words(here.refusal),
            )
        )
    with st.container(horizontal=True, vertical_alignment="center", key="steer"):
        ask_popover(view)
        show_only_popover(view)
        steer(view)
        st.page_link(page("handwriting"), label=say("Our handwriting"), icon=":material/edit:")
        _projector(key)
        names = st.toggle(say("Names"), value=True, key="class_names")
        what_is_kept()
        _end(view)
    if view.question is not None:
        stages(view.question, view)
    return names


def _projector(key: str) -> None:
    """Offer a window for the projector, whose address steers nothing."""
    url = (st.context.url or "").partition("?")[0]
    st.link_button(
        say("For the projector"),
        f"{url}?{urlencode({SCREEN.name: screen_key_of(key)})}",
        icon=":material/cast:",
        help=say(
            "A window that shows the code and the questions. Your own address is your key: "
            "do not show it.",
        ),
    )


def _end(view: ClassView) -> None:
    with st.popover(say("End the class"), icon=":material/logout:"):
        st.markdown(say("All students leave, and everything of this class is deleted."))
        if st.button(say("End it now"), key="end_class"):
            end_class(database(), view.id)
            leave_desk()
            keep({TEACH: None})
            st.rerun()
