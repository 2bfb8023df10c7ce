import streamlit as st

from ui.experiment.elsewhere import PAGE
from ui.experiment.frame import show
from ui.frame.lesson import lesson
from ui.locale import say
from ui.state.address import arrive

st.title(say(PAGE.title))
arrive("elsewhere")
lesson(
    say(
        "Networks that learned from MNIST read digits from elsewhere. Then three tasks "
        "without labels (which way is up, what was here before, which two belong together) "
        "prepare a network that gets few labels.",
    ),
    say(
        "Why is “which way is up?” a poor task for digits, and a good one for photos of animals?",
    ),
    say(
        "A dog stands on its feet: who knows which way is up knows what legs are. A 0, a 1 "
        "or an 8 looks the same upside down, and a 6 becomes a 9; there nobody can know "
        "the answer.",
    ),
)
show(PAGE)
