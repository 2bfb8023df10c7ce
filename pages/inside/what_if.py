import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.whose import top_line, whose
from ui.inside.what_if import what_if
from ui.locale import say
from ui.state.address import arrive
from ui.state.answers import look_inside
from ui.state.shown_network import network

st.title(say("What if?"))
current = network()
arrive("what_if")
lesson(
    seeing=say(
        "Pick a filter and its map is gone; pick a pixel and it is flipped. The "
        "probabilities before and now stand beside each other. Nothing is learned anew, "
        "and Reset brings all back.",
    ),
    question=say(
        "How many filters of the first layer can be switched off before the answer changes?"
    ),
    answer=say(
        "Often many. The filters overlap in what they look for, so that others stand in "
        "for the missing one. A network that leans on a single filter would be brittle, "
        "and one with many to spare can be made smaller.",
    ),
)
with top_line():
    digit = digit_to_follow()
    whose(digit.source)
inside = look_inside(digit)
if inside is not None:
    what_if(current, inside)
