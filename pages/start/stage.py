import streamlit as st

from ui.stage.stage import show
from ui.state.address import arrive

st.title("DigitScope")
arrive("stage")
show()
