import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.tabs import said_tabs
from ui.frame.whose import top_line, whose
from ui.judge.explain import answer_words
from ui.judge.faithfulness import deletion, over_many
from ui.judge.sanity_check import random_weights
from ui.locale import say, to_say
from ui.state.address import arrive
from ui.state.answers import look_inside
from ui.state.shown_network import network

st.title(say("Is the explanation true?"))
arrive("trust")
lesson(
    seeing=say(
        "An explanation says which pixels matter most. So we erase them, the most "
        "important first, and watch the network lose its digit; then the same in random "
        "order, and in orders that know only the picture. If the explanation is true, its "
        "curve falls faster than these.",
    ),
    question=say("Which method finds the fewest pixels that the network needs to know the digit?"),
    answer=say(
        "The one whose insertion curve rises first. But look at darkness: the darkest ink "
        "alone often rises as fast, and it knows nothing of the network. Deletion tells "
        "more, and several digits tell more than one.",
    ),
)
with top_line():
    digit = digit_to_follow()
    whose(digit.source)
current = network()
inside = look_inside(digit)
if inside is not None:
    erase, control = said_tabs(
        (to_say("Erase and put back"), to_say("The control: a network that has learned nothing")),
        "trust_tabs",
    )
    with erase:
        st.markdown(answer_words(inside, digit))
        deletion(current, inside, digit)
        over_many(current)
        st.caption(
            say(
                "Only pixels with ink are erased. Petsiuk, Das and Saenko 2018, “RISE: "
                "randomized input sampling for explanation of black-box models”.",
            )
        )
    with control:
        random_weights(current, inside, digit)
        st.caption(
            say(
                "An explanation that looks the same for random weights explains nothing. "
                "Adebayo et al. 2018, “Sanity checks for saliency maps”.",
            )
        )
