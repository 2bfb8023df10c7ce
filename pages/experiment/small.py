import streamlit as st

from ui.experiment.frame import show
from ui.experiment.small import PAGE
from ui.frame.lesson import lesson
from ui.locale import say
from ui.state.address import arrive

st.title(say(PAGE.title))
arrive("small")
lesson(
    say(
        "Each point is a real file, as a phone would load it: the network with zeros in "
        "its weights, with fewer bits for each, or a small student that has learned from "
        "its answers.",
    ),
    say(
        "A watch has room for 20 kB. Which file would you take, and what would you test before?",
    ),
    say(
        "Look for the highest point left of 20,000 bytes. Then test what the watch will "
        "meet: other people's digits, not these 500.",
    ),
)
show(PAGE)
