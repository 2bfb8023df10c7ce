import streamlit as st

from ui.classroom.handwriting.page import show
from ui.locale import say
from ui.state.address import arrive

st.title(say("Our handwriting"))
arrive("handwriting")
show()
