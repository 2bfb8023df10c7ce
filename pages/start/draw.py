import streamlit as st

from ui.digit.answer import answer, when_sure
from ui.digit.sources import find, source
from ui.draw.reading import followed, read
from ui.draw.steps import show_strongest, steps, why_these_steps
from ui.draw.teach import correct, teach
from ui.frame.whose import whose
from ui.locale import say
from ui.state.address import arrive
from ui.state.answers import rules
from ui.state.links import copy_link
from ui.state.pages import page
from ui.state.session import session

st.title(say("Draw a digit"))
arrive("draw")


@st.fragment
def read_digit() -> None:
    """Sheet on the left, answer on the right; runs again with every movement of the pen.

    Each element in here is sent with every movement: what stays as it is stands outside.
    """
    sheet, reading = st.columns([2, 3], gap="large")
    with sheet:
        given = find(where)
    with reading, st.container(key="answer"):
        found = read(given, where, sheet)
        if found is None:
            return
        place = followed(found)
        digit = session().digit = found.chosen(place)  # all pages speak about it from now on
        said, finished = found.reading, given.finished
        verdict = said.verdicts[place]
        answer(said.probabilities[place], verdict, digit.label, known, finished=finished)
        whose()
        correct(digit)
    steps(found, place)
    st.header(say("Inside: the most active feature maps of each layer"), anchor="inside")
    if said.pictures is not None:
        show_strongest(said.pictures.strongest)


with st.container(horizontal=True, vertical_alignment="center"):
    where = source()
    known = rules()
    when_sure(known)
    why_these_steps()
    copy_link()
read_digit()
st.page_link(page("feature_maps"), label=say("All feature maps"))
teach()
