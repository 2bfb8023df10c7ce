"""Whose answer a page shows: the network, what it can do, and the way back to the shipped one."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.network.shipped import shipped_card
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.state.session import session
from ui.state.shown_network import network, show_run, shown_epoch, shown_run
from ui.style.words import about, percent


def whose(source: str = "") -> None:
    """Say whose answers these are, and offer the way back from a network of one's own.

    Args:
        source: where the digit is from, if the page shows one.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="whose", width="content"
    ):
        st.caption(paragraph(about(network(), source), skill_words()), width="content")
        if session().shown_id is not None and st.button(
            say("Back to the shipped network"),
            icon=":material/undo:",
            key="back_to_shipped",
            type="tertiary",
            help=say("All pages then show it again. Yours is kept: choose it at the top right."),
        ):
            show_run(None)
            st.rerun()


def top_line() -> DeltaGenerator:
    """The line below a page's title: another digit can be picked there, and whose answer it is."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key="top_line")


def skill_words() -> str:
    """How many new digits the shown network reads rightly, in a sentence; empty if not known.

    Of the shipped network it is only told where one chooses: nobody need be warned of it.
    """
    run, epoch, mine = shown_run(), shown_epoch(), session()
    if run is not None and epoch is not None:
        if epoch == 0:
            return say("It is untrained: it can only guess.")
        for scores in run.state().history:
            if scores.epoch == epoch:
                share = scores.validation.accuracy
                return say(
                    "It reads {accuracy} of the validation digits rightly.",
                    accuracy=percent(share),
                )
    if mine.taught is not None and mine.shown_id == mine.taught.id and mine.lesson is not None:
        state = mine.lesson.state()
        if state.network is mine.taught.network and state.test_after is not None:
            return say(
                "It reads {accuracy} of 500 test digits rightly.",
                accuracy=percent(state.test_after),
            )
    return ""


def shipped_words() -> str:
    """What the shipped network can do."""
    share = shipped_card()["test"]["accuracy"]
    return say("Reads {accuracy:.1%} of 10,000 unseen test digits rightly.", accuracy=share)
