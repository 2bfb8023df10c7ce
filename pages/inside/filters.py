import streamlit as st

from model.interpretability.kernels import kernels
from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.tabs import said_tabs
from ui.frame.whose import whose
from ui.inside.filters import explore, hand_made
from ui.locale import say, to_say
from ui.state.address import arrive
from ui.state.shown_network import network

st.title(say("Filters"))
current = network()
arrive("filters")
lesson(
    seeing=say(
        "A **filter** is what a convolution layer has learned to look for: one small "
        "kernel of weights for each map that it reads. Orange weights add, blue weights "
        "subtract, those like the paper ignore. Pick one to open it.",
    ),
    question=say("Which filters of the first layer look for edges, and how can you tell?"),
    answer=say(
        "Those with orange on one side and blue on the other: over plain paper or plain "
        "ink the two sides cancel, over an edge they do not. Compare them with the Sobel "
        "kernels under “Made by hand”.",
    ),
)
layers = kernels(current)
learned, by_hand = said_tabs((to_say("Learned"), to_say("Made by hand")), "filters_tabs")
with learned:
    whose()
    if layers:
        explore(current, layers)
    else:
        st.info(say("This network has no convolution layer, so it has no kernels to show."))
with by_hand:
    digit = digit_to_follow()
    st.caption(
        say(
            "Before networks learned their filters, people wrote them down. Digit: {source}.",
            source=digit.source,
        )
    )
    hand_made(layers[0] if layers else None, digit)
