import streamlit as st

from ui.digit.answer import answer, explanation, no_answer
from ui.digit.sources import find, source
from ui.draw.reading import followed, read
from ui.draw.steps import steps, strongest_maps
from ui.draw.teach import correct, teach
from ui.state.answers import rules
from ui.state.links import keep_epoch
from ui.state.pages import page

st.title("Draw a digit")
keep_epoch()


@st.fragment
def read_digit() -> None:
    """Sheet on the left, answer on the right; runs again with every movement of the pen."""
    where = source()
    sheet, reading = st.columns([2, 3], gap="large")
    with sheet:
        found = find(where)
    with reading:
        if not found.pixels:
            no_answer(found.sentence)
            rules()  # measured now, so that the first answer does not wait for them
            return
        place = followed(found)
        digit = found.chosen(place)
        said = read(digit, finished=found.finished)
        if said is None:
            return
        inside, verdict = said
        answer(inside.probabilities, verdict, digit.label)
        explanation(rules())
        correct(digit)
    steps(found, place)
    st.subheader("Inside: the most active feature maps of each layer", anchor="inside")
    strongest_maps(inside)
    st.page_link(page("feature_maps"), label="All feature maps")


read_digit()
teach()
