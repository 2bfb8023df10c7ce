"""Settings that several experiments share."""

import streamlit as st

from ui.state.address import keep, start
from ui.state.properties import SEEDS


def seeds_control(default: int = 3) -> int:
    """How often each measurement is repeated."""
    options = (3, 5, 10)
    found = st.segmented_control(
        "Repeat each measurement",
        options,
        default=start(SEEDS, options, default),
        required=True,
        format_func=lambda count: f"{count} ×",
        key="seeds",
        help="Chance decides where a network begins and what it sees first. Repeating shows how "
        "much that does.",
    )
    keep({SEEDS: None if found == default else found})
    return int(found)
