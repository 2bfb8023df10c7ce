"""Tabs in the language of the page: the one that is open stays open when the language changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from ui.locale import language, say
from ui.state.session import of_page, set_widget

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer


@dataclass
class OpenTabs:
    """By key of the tabs: the language that they were drawn in, and the place of the open one."""

    drawn: dict[str, tuple[str, int]] = field(default_factory=dict)


def said_tabs(
    titles: Sequence[str], key: str, default: str | None = None
) -> Sequence["TabContainer"]:
    """Show tabs of which only the open one is drawn: see its `open`.

    Args:
        titles: in English, marked with `to_say`.
        key: of the tabs; Streamlit keeps the title there that was pressed, as it was said.
        default: the title of the tab that is open at first; None: the first one.
    """
    here, words = language(), [say(title) for title in titles]
    drawn = of_page(OpenTabs).drawn
    before, place = drawn.get(key, (here, 0))
    if before != here:
        set_widget(key, words[place])
    first = None if default is None else say(default)
    tabs: Sequence[TabContainer] = st.tabs(words, key=key, on_change="rerun", default=first)
    drawn[key] = here, next((place for place, tab in enumerate(tabs) if tab.open), 0)
    return tabs
