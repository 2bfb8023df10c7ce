"""What a teacher does with all screens at once: dim them, hold trainings, take hands down."""

import streamlit as st

from model.classroom.doings import lower_all_hands
from model.classroom.steering import eyes_front, pause_trainings
from model.classroom.view import ClassView
from ui.classroom.switch import switched
from ui.locale import say
from ui.state.classroom.store import database


def steer(view: ClassView) -> None:
    """Offer it, in the row above the board."""
    front = switched(
        say("Eyes front"),
        "eyes_front",
        view.front,
        say("Dims the screens of all students until you switch it off."),
    )
    if front is not None:
        eyes_front(database(), view.id, front)
        st.rerun()
    paused = switched(
        say("Pause trainings"),
        "pause_trainings",
        view.paused,
        say("Holds what the students train. Switched off, it goes on where it was."),
    )
    if paused is not None:
        pause_trainings(database(), view.id, paused)
        st.rerun()
    if st.button(say("Hands down"), key="hands_down", help=say("Takes all raised hands down.")):
        lower_all_hands(database(), view.id)
