"""What a teacher does with all screens at once: dim them, hold trainings, take hands down."""

from functools import partial

import streamlit as st

from model.classroom.doings import lower_all_hands
from model.classroom.steering import eyes_front, pause_trainings
from model.classroom.view import ClassView
from ui.classroom.switch import switch
from ui.locale import say
from ui.state.classroom.store import database


def steer(view: ClassView) -> None:
    """Offer it, in the row above the board."""
    switch(
        say("Eyes front"),
        "eyes_front",
        view.front,
        partial(eyes_front, database(), view.id),
        say("Dims the screens of all students until you switch it off."),
    )
    switch(
        say("Pause trainings"),
        "pause_trainings",
        view.paused,
        partial(pause_trainings, database(), view.id),
        say("Holds what the students train. Switched off, it goes on where it was."),
    )
    if st.button(say("Hands down"), key="hands_down", help=say("Takes all raised hands down.")):
        lower_all_hands(database(), view.id)
