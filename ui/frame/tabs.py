"""Tabs in the language of the page: the one that is open stays open when the language changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui.locale import say, speaking
from ui.state.picks import language_before
from ui.state.session import set_widget, widget_state

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer


def said_tabs(
    titles: Sequence[str], key: str, default: str | None = None
) -> Sequence["TabContainer"]:
    """Show tabs that know which of them is open: see their `open`.

    Args:
        titles: in English, marked with `to_say`.
        key: of the tabs; Streamlit keeps the title there that was pressed, as it was said.
        default: the title of the tab that is open at first; None: the first one.
    """
    words, before = [say(title) for title in titles], language_before(key)
    if before is not None:
        with speaking(before):
            said = [say(title) for title in titles]
        opened = widget_state(key)
        if opened in said:
            set_widget(key, words[said.index(str(opened))])
    first = None if default is None else say(default)
    tabs: Sequence[TabContainer] = st.tabs(words, key=key, on_change="rerun", default=first)
    return tabs
