"""A switch for something that may change elsewhere meanwhile."""

import streamlit as st


def switched(label: str, name: str, now: bool, about: str) -> bool | None:
    """Show a switch, and return what was just chosen; None as long as it is as it was.

    Args:
        label: beside it.
        name: for its key.
        now: how it is.
        about: for who points at it.
    """
    # Another key when it has changed elsewhere: a switch keeps what was last chosen in it.
    chosen = st.toggle(label, value=now, key=f"{name}_{now}", help=about)
    return chosen if chosen != now else None
