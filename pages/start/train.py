import streamlit as st

from ui.frame.tabs import said_tabs
from ui.locale import say
from ui.state.address import arrive
from ui.state.my_runs import latest_run
from ui.state.shown_network import shown_run
from ui.train.compare import compare, undo_deletion
from ui.train.export import take_along
from ui.train.live import live_view
from ui.train.next_steps import TABS, tabs_key
from ui.train.plan import new_run

st.title(say("Train the network"))

arrive("train")
undo_deletion()
run = shown_run() or latest_run()
if run is None:
    st.markdown(
        say(
            "Training shows the network digits, measures how wrong it is (the **loss**), "
            "and moves every weight a little so that the loss falls. Watch it happen.",
        )
    )
    new_run(say("Start"))
else:
    watch, new, side_by_side, along = said_tabs(TABS, tabs_key())
    if watch.open:
        with watch:
            live_view(run)
    if new.open:
        with new:
            new_run(say("Start a new run"))
    if side_by_side.open:
        with side_by_side:
            compare(run)
    if along.open:
        with along:
            take_along(run)
