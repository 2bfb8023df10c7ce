import streamlit as st

from ui.experiment.few import PAGE
from ui.experiment.frame import show
from ui.frame.lesson import lesson
from ui.locale import say
from ui.state.address import arrive

st.title(say(PAGE.title))
arrive("few")
lesson(
    say(
        "Each point is a network that has learned from so many digits, and from no others. "
        "The band goes from the lowest to the highest of all repetitions.",
    ),
    say(
        "What would you do with a month: collect ten times as many digits, or build a "
        "better network?",
    ),
    say(
        "Read it off the line: ten times more digits divide the error by about the same "
        "factor each time. Where the line is steep, collect; where it is flat, think.",
    ),
)
show(PAGE)
