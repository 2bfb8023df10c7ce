import streamlit as st

from model.filters import kernels
from ui.inside import layer_filters
from ui.session import network

st.title("Filters")
st.markdown(
    "A **filter** is what a convolution layer has learned to look for: one small kernel of weights "
    "for each map that it reads. Orange weights add, blue weights subtract, white ones ignore."
)

current = network()
st.caption(f"Network: {current.origin}.")
layers = kernels(current)
if not layers:
    st.info("This network has no convolution layer, so it has no kernels to show.")
for filters in layers:
    layer_filters(filters)
