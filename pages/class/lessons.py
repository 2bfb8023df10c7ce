import streamlit as st

from ui.classroom.lessons import lessons
from ui.locale import say
from ui.state.address import arrive

st.title(say("Five lessons of 45 minutes"))
arrive("lessons")
lessons()
