from dataclasses import replace

import streamlit as st

from ui.components.overview import overview
from ui.digit.follow import digit_under_pen, sheet_as_it_is
from ui.frame.lesson import lesson
from ui.frame.whose import whose
from ui.inside.network_columns import columns, place_of
from ui.locale import say
from ui.state.address import arrive
from ui.state.answers import look_inside
from ui.state.links import copy_link, open_page
from ui.state.pages import PageName
from ui.state.session import session

st.title(say("Network view"))
arrive("network_view")
lesson(
    say(
        "Every layer of the network from left to right, with **all** its channels as small "
        "pictures. Orange is positive, blue is negative, zero is like the paper. Draw on "
        "the sheet and watch the columns follow your pen.",
    ),
    say("What does ReLU do to a map, and which columns show it?"),
    say(
        "It turns everything blue into paper: negative sums become zero. Compare “before "
        "ReLU” with “after ReLU” of the same layer; both have one scale.",
    ),
)


sheet_as_it_is()


@st.fragment
def follow() -> None:
    """The sheet and the columns; runs again with every movement of the pen."""
    sheet, layers = st.columns([2, 5], gap="medium")
    with sheet:
        digit, inside = digit_under_pen()
        whose(digit.source)
    with layers:
        inside = inside or look_inside(digit)
        if inside is None:
            return
        opened = overview(columns(inside), key="overview")
    place = None if opened is None else place_of(opened, inside)
    if place is None:
        return
    with_maps = {output.layer.name for output in inside.maps}
    name: PageName = "feature_maps" if place.layer in with_maps else "arithmetic"
    open_page(name, replace(place, epoch=session().view.epoch))


follow()
copy_link()
