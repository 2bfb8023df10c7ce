import streamlit as st

from ui.classroom.join import show
from ui.locale import say
from ui.state.address import arrive

st.title(say("Join a class"))
arrive("join")
show()
