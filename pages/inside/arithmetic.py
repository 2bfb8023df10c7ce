import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.whose import top_line, whose
from ui.inside.arithmetic import arithmetic
from ui.locale import say
from ui.state.address import arrive
from ui.state.answers import look_inside
from ui.state.shown_network import network

st.title(say("The arithmetic"))
arrive("arithmetic")
lesson(
    seeing=say(
        "Every value of a layer is made of a few values of the layer before it. Pick one "
        "by clicking or with the arrow keys, or let the window play. The total is computed "
        "here once more and compared with what TensorFlow computed.",
    ),
    question=say(
        "In the first layer, where does a filter give exactly the same number again and "
        "again, and why?",
    ),
    answer=say(
        "On empty paper. All inputs under the window are 0, so that nothing but the bias "
        "is left, and the bias is the same everywhere.",
    ),
)
with top_line():
    digit = digit_to_follow()
    whose(digit.source)
current = network()
inside = look_inside(digit)
if inside is not None:
    arithmetic(current, inside)
