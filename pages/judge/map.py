import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.whose import top_line, whose
from ui.judge.map import digit_map
from ui.locale import say
from ui.state.address import arrive
from ui.state.links import copy_link

st.title(say("Map of digits"))
arrive("map")
lesson(
    say(
        "Before it answers, the network describes each digit by the numbers of its **dense "
        "layer** (64 in the course's network). Here those of 1,000 digits are flattened "
        "into a plane: digits that the network sees alike stand near each other.",
    ),
    say(
        "Train a network, choose it at the top right, and go from epoch 0 to the last one "
        "with its slider. What happens to the crowd?",
    ),
    say(
        "At epoch 0 all digits are mixed. Epoch by epoch each digit gathers in a group of "
        "its own; those that stay between two groups are the ones that are misread.",
    ),
)
with top_line():
    digit = digit_to_follow()
    whose(digit.source)
digit_map()
copy_link()
