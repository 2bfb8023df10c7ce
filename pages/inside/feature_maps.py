import streamlit as st

from ui.inside import digit_to_follow, layer_maps
from ui.session import look_inside, network

st.title("Feature maps")
st.markdown(
    "Each filter of a layer makes one **feature map**: bright where the filter finds its pattern. "
    "Orange is positive, white is zero, blue is negative."
)

digit = digit_to_follow()
inside = look_inside(digit)
st.caption(f"Network: {network().origin}. Digit: {digit.source}.")
if inside is not None:
    for output in inside.maps:
        layer_maps(output)
