"""What a student sees of a page that the teacher has not opened to the class."""

import streamlit as st

from ui.locale import say
from ui.state.classroom.shown import first_open
from ui.state.pages import ENTRIES, page


def closed_page() -> None:
    """One sentence, and a way back."""
    back = first_open()
    st.title(say("Closed"))
    with st.container(key="doors"):
        st.markdown(say("Your teacher has chosen other pages for this class."))
        st.page_link(
            page(back),
            label=say("To {title}", title=ENTRIES[back].title),
            icon=":material/arrow_back:",
        )
