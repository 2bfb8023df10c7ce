import streamlit as st

from ui.classroom.lessons import lessons
from ui.state.address import arrive

st.title("Five lessons of 45 minutes")
arrive("lessons")
lessons()
