import streamlit as st

from ui.digit.follow import digit_to_follow
from ui.frame.lesson import lesson
from ui.frame.whose import top_line, whose
from ui.inside.feature_maps import dead_filters, explore
from ui.locale import say
from ui.state.address import arrive
from ui.state.answers import look_inside
from ui.state.shown_network import network

st.title(say("Feature maps"))
arrive("feature_maps")
lesson(
    say(
        "Each filter of a layer makes one **feature map**: its answer at every place of "
        "the digit. Orange is positive, blue is negative, zero is like the paper. Point at "
        "a pixel: the part of the drawing that it depends on is outlined in green, and the "
        "same place in every other map in black.",
    ),
    say("How does the outlined part change from the first layer to the last, and why?"),
    say(
        "It grows: 3×3 pixels at the first convolution of the course's network, 18×18 at "
        "the third. Each layer looks at a window of the layer before, and each pooling "
        "doubles the step.",
    ),
)


@st.fragment
def follow() -> None:
    """The digit and its maps; runs again, alone, when another digit is picked."""
    with top_line():
        digit = digit_to_follow()
        whose(digit.source)
    inside = look_inside(digit)
    if inside is not None and not inside.maps:
        st.info(say("This network has no convolution layer, so it has no feature maps to show."))
    elif inside is not None:
        explore(inside, digit)


follow()
if network().config.filters:
    with st.expander(say("Dead filters"), icon=":material/visibility_off:"):
        st.caption(
            say("A filter is dead when its map is zero for every one of the 500 test digits.")
        )
        dead_filters(network())
