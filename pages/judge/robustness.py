import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.tabs import said_tabs
from ui.frame.whose import top_line, whose
from ui.judge.adversarial import smallest_change
from ui.judge.out_of_distribution import elsewhere
from ui.judge.robustness import all_digits, one_digit
from ui.locale import say, to_say
from ui.state.address import arrive, keep, start
from ui.state.links import copy_link
from ui.state.properties import PART

st.title(say("Robustness"))
arrive("robustness")
lesson(
    say(
        "Change a digit a little, as another hand, pen or camera would, and see when the "
        "answer tips over. Then measure it on 1,000 digits, look for the smallest change "
        "that fools the network, and show it pictures of kinds that it has never seen.",
    ),
    say("You read a digit that is turned by 40° or inverted at once. Why does the network not?"),
    say(
        "It has only learned from upright digits, dark ink on white paper. It knows what "
        "its examples showed, and nothing told it that a turned 4 is still a 4. Train with "
        "varied digits (augmentation) and measure again.",
    ),
)
with top_line():
    digit = digit_to_follow()
    whose(digit.source)

PARTS = (
    to_say("This digit"),
    to_say("1,000 digits"),
    to_say("Smallest change"),
    to_say("Elsewhere"),
)
one, many, attack, other = tabs = said_tabs(
    PARTS, "robustness_tabs", default=start(PART, PARTS, PARTS[0])
)
keep({PART: next((part for part, tab in zip(PARTS[1:], tabs[1:], strict=True) if tab.open), None)})
if one.open:
    with one:
        one_digit(digit)
if many.open:
    with many:
        all_digits()
if attack.open:
    with attack:
        smallest_change(digit)
if other.open:
    with other:
        elsewhere()
copy_link()
