"""A switch for something that may change elsewhere meanwhile."""

from collections.abc import Callable

import streamlit as st


def switch(label: str, name: str, now: bool, change: Callable[[bool], None], about: str) -> None:
    """Show a switch, and carry out what is chosen.

    Args:
        label: beside it.
        name: for its key.
        now: how it is.
        change: makes it so.
        about: for who points at it.
    """
    # Another key when it has changed elsewhere: a switch keeps what was last chosen in it.
    chosen = st.toggle(label, value=now, key=f"{name}_{now}", help=about)
    if chosen != now:
        change(chosen)
        st.rerun()
