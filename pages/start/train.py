import streamlit as st

from model.network import count_parameters
from ui.session import latest_run, start_run
from ui.settings import training_settings
from ui.training_view import live_view

st.title("Train the network")
st.markdown(
    "Training shows the network digits, measures how wrong it is (the **loss**), and moves every "
    "weight a little so that the loss falls. Watch it happen."
)

run = latest_run()
with st.expander("Settings", expanded=run is None, icon=":material/tune:"):
    chosen = training_settings()

label = "Start" if run is None else "Start a new run"
if chosen is not None:
    network, settings = chosen
    st.caption(f"This network has {count_parameters(network):,} parameters.")
started = st.button(
    label,
    type="primary" if run is None else "secondary",
    icon=":material/play_arrow:",
    disabled=chosen is None or (run is not None and run.state().phase.moving),
    key="start",
)
if started and chosen is not None:
    start_run(*chosen)
    st.rerun()

if run is not None:
    st.subheader(run.title)
    live_view(run)
