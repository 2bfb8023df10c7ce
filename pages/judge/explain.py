import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.tabs import said_tabs
from ui.frame.whose import top_line, whose
from ui.judge.contrast import why_not
from ui.judge.explain import explain
from ui.locale import say, to_say
from ui.state.address import arrive
from ui.state.answers import look_inside
from ui.state.pages import page
from ui.state.shown_network import network

st.title(say("Explain"))
arrive("explain")
lesson(
    seeing=say(
        "Ten heat maps, one for each digit that the network could have answered. Orange "
        "pixels speak **for** that digit, blue ones **against** it, those like the paper "
        "do not matter. Click a map to see it large.",
    ),
    question=say(
        "Which part of the digit do two methods judge differently, and which of them is right?",
    ),
    answer=say(
        "The methods ask different questions, so they often differ: one covers a whole "
        "window, another asks about a single pixel. Which of them is right can be tested: "
        "see “Is it true?”, linked below.",
    ),
)
with top_line():
    digit = digit_to_follow()
    whose(digit.source)
current = network()
inside = look_inside(digit)
if inside is not None:
    pixels, contrast = said_tabs(
        (to_say("Which pixels speak for it"), to_say("Why this digit and not that one?")),
        "explain_tabs",
    )
    with pixels:
        explain(current, inside, digit)
        st.page_link(page("trust"), label=say("Is the explanation true? Test it"))
    with contrast:
        why_not(current, inside, digit)
