import streamlit as st

from ui.classroom.teach import show
from ui.locale import say
from ui.state.address import arrive

st.title(say("Class"))
arrive("class")
show()
