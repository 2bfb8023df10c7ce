import streamlit as st

from ui.classroom.handwriting.page import show
from ui.state.address import arrive

st.title("Our handwriting")
arrive("handwriting")
show()
