import streamlit as st

from ui.experiment.frame import show
from ui.experiment.why import PAGE
from ui.frame.lesson import lesson
from ui.locale import say
from ui.state.address import arrive

st.title(say(PAGE.title))
arrive("why")
lesson(
    say(
        "Five learners see the same digits: the CNN, a plain network of the same size, a "
        "CNN whose kernels stay as chance made them, features made by hand, and the pixels "
        "alone. Then the digits are moved, and their pixels mixed.",
    ),
    say("Why does it not matter to a dense network where a pixel lies?"),
    say(
        "Each of its units has a weight of its own for every pixel. Change the places of "
        "pixels and weights alike, and all sums stay the same. A kernel sees neighbours, "
        "and they are gone.",
    ),
)
show(PAGE)
