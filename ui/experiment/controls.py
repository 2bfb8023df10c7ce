"""Settings that several experiments share."""

import streamlit as st

from ui.locale import number_text, say
from ui.state.address import keep, start
from ui.state.properties import SEEDS, UPDATES


def seeds_control(default: int = 3) -> int:
    """How often each measurement is repeated."""
    options = (3, 5, 10)
    found = st.segmented_control(
        say("Repeat each measurement"),
        options,
        default=start(SEEDS, options, default),
        required=True,
        format_func=lambda count: say("{count} ×", count=count),
        key="seeds",
        help=say(
            "Chance decides where a network begins and what it sees first. Repeating shows "
            "how much that does.",
        ),
    )
    keep({SEEDS: None if found == default else found})
    return int(found)


def updates_control(default: int = 300) -> int:
    """How long each network learns."""
    options = (300, 1000, 3000)
    found = st.segmented_control(
        say("Updates of each network"),
        options,
        default=start(UPDATES, options, default),
        required=True,
        format_func=number_text,
        key="updates",
        help=say(
            "Each update looks at 32 digits. More take longer: 3,000 about ten times as "
            "long as 300.",
        ),
    )
    keep({UPDATES: None if found == default else found})
    return int(found)
