import streamlit as st

from ui.experiment.frame import show
from ui.experiment.leak import PAGE
from ui.frame.lesson import lesson
from ui.locale import say
from ui.state.address import arrive

st.title(say(PAGE.title))
arrive("leak")
lesson(
    say(
        "An attacker asks a trained network about a digit and looks at how sure it is. "
        "Networks are often surer of digits that they have learned from. A pair is one of "
        "these and a stranger; a coin tells half of the pairs apart.",
    ),
    say(
        "A hospital trains a network on its patients' scans. Why does it matter if "
        "somebody can find out that your scan was among them?",
    ),
    say(
        "Who was in the training set had the illness. Nobody has to read the scan itself: "
        "that it was used says enough. The fewer patients, the more each is learned by "
        "heart.",
    ),
)
show(PAGE)
