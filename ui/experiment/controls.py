"""Controls that several experiments share."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui.locale import number_text, say
from ui.state.address import keep, start
from ui.state.properties import SEEDS, UPDATES, Property


def seeds_control(default: int = 3) -> int:
    """How often each measurement is repeated."""
    return _number(
        SEEDS,
        (3, 5, 10),
        default,
        say("Repeat each measurement"),
        lambda count: say("{count} ×", count=count),
        "seeds",
        say(
            "Chance decides where a network begins and what it sees first. Repeating shows "
            "how much that does.",
        ),
    )


def updates_control(default: int = 300) -> int:
    """How long each network learns."""
    return _number(
        UPDATES,
        (300, 1000, 3000),
        default,
        say("Updates of each network"),
        number_text,
        "updates",
        say(
            "Each update looks at 32 digits. More take longer: 3,000 about ten times as "
            "long as 300.",
        ),
    )


def _number(
    kept: Property[Any],
    options: Sequence[int],
    default: int,
    label: str,
    words: Callable[[int], str],
    key: str,
    about: str,
) -> int:
    """A setting that is one of some numbers; the address says it where it is not the default."""
    found = st.segmented_control(
        label,
        options,
        default=start(kept, options, default),
        required=True,
        format_func=words,
        key=key,
        help=about,
    )
    keep({kept: None if found == default else found})
    return int(found)


def view_control(label: str, views: Sequence[str], key: str) -> str:
    """Which of several views is shown: buttons, whose label only a screen reader says.

    Args:
        label: what is chosen.
        views: their names in English, the first one is shown at first.
        key: of the buttons.
    """
    view: str = st.segmented_control(
        label,
        views,
        default=views[0],
        required=True,
        format_func=say,
        key=key,
        label_visibility="collapsed",
    )
    return view
