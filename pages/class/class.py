import streamlit as st

from ui.classroom.teach import show
from ui.state.address import arrive

st.title("Class")
arrive("class")
show()
