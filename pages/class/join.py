import streamlit as st

from ui.classroom.join import show
from ui.state.address import arrive

st.title("Join a class")
arrive("join")
show()
