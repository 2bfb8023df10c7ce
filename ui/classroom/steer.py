"""What a teacher does with all screens at once: dim them, hold trainings, take hands down."""

import streamlit as st

from model.classroom.doings import lower_all_hands
from model.classroom.steering import eyes_front, pause_trainings
from model.classroom.view import ClassView
from ui.state.classroom.store import database


def steer(view: ClassView) -> None:
    """Offer it, in the row above the board."""
    # Another key when it has changed elsewhere: a switch keeps what was last chosen in it.
    front = st.toggle(
        "Eyes front",
        value=view.front,
        key=f"eyes_front_{view.front}",
        help="Dims the screens of all students until you switch it off.",
    )
    if front != view.front:
        eyes_front(database(), view.id, front)
        st.rerun()
    paused = st.toggle(
        "Pause trainings",
        value=view.paused,
        key=f"pause_trainings_{view.paused}",
        help="Holds what the students train. Switched off, it goes on where it was.",
    )
    if paused != view.paused:
        pause_trainings(database(), view.id, paused)
        st.rerun()
    if st.button("Hands down", key="hands_down", help="Takes all raised hands down."):
        lower_all_hands(database(), view.id)
