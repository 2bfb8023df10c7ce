"""What one can do with a run that has ended: draw with it, watch it grow, compare it."""

from dataclasses import replace

import streamlit as st

from model.runs import Run
from ui.locale import say, to_say
from ui.state.links import open_page
from ui.state.properties import PLAY
from ui.state.session import session, set_widget
from ui.state.shown_network import show_run

COMPARE = to_say("Compare")
TABS = (to_say("Watch"), to_say("New run"), COMPARE, to_say("Take along"))
"""Of the Train page."""


def tabs_key() -> str:
    """The key of the page's tabs: with every run that is begun they open at the first one again."""
    mine = session()
    return f"train_{len(mine.run_ids) + len(mine.deleted_runs)}"


def next_steps(run: Run) -> None:
    """Offer what comes next; the network of the run is shown there."""
    if run.epoch < 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="next_steps"):
        st.markdown(say("**Next:**"), width="content")
        draw = st.button(
            say("Draw with it"), icon=":material/draw:", key="next_draw", type="primary"
        )
        watch = len(run.epochs) > 1 and st.button(
            say("Watch it from epoch 0"),
            icon=":material/history:",
            key="next_watch",
            help=say(
                "The stage plays the epochs one after the other; your digit goes through each.",
            ),
        )
        st.button(
            say("Compare it"),
            icon=":material/compare_arrows:",
            key="next_compare",
            on_click=set_widget,
            args=(tabs_key(), say(COMPARE)),
        )
    if draw or watch:
        show_run(run.id)
        epoch = min(run.epochs) if watch else None
        session().keep_value(PLAY, watch)
        open_page("stage", replace(session().view, layer=None, channel=None, epoch=epoch))
