import streamlit as st

from model.preprocess import BLANK
from ui.answer import answer, no_answer
from ui.pictures import drawn, picked_test_digit, source, uploaded
from ui.session import ChosenDigit, look_inside, session
from ui.strip import glimpse, received

st.title("Draw a digit")


def chosen_digit() -> ChosenDigit | str:
    """The digit to read, or the sentence that says why there is none."""
    where = source()
    if where == "Test digits":
        return picked_test_digit("draw") or "Pick a digit."
    found = drawn() if where == "Draw" else uploaded()
    if found is None:
        return "Draw a digit." if where == "Draw" else "Choose a picture."
    if found.largest is None:
        return found.problem or BLANK
    name = "your drawing" if where == "Draw" else "your picture"
    return ChosenDigit(found.largest.digit, name)


@st.fragment
def read_digit() -> None:
    """Sheet on the left, answer on the right; runs again with every movement of the pen."""
    sheet, reading = st.columns([2, 3], gap="large")
    with sheet:
        chosen = chosen_digit()
    with reading:
        if isinstance(chosen, str):
            no_answer(chosen)
            return
        session().digit = chosen
        inside = look_inside(chosen)
        if inside is None:
            return
        answer(inside.probabilities)
        st.markdown("**What the network received**")
        received(chosen.pixels)
    st.subheader("Inside: the most active feature maps of each layer")
    glimpse(inside)
    st.page_link("pages/inside/feature_maps.py", label="All feature maps", icon="🔍")


read_digit()
