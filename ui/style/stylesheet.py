"""What pages show as HTML is styled by one stylesheet, put together from those of the wings."""

import re
from functools import cache
from pathlib import Path

import streamlit as st

UI = Path(__file__).parents[1]


@cache
def stylesheet() -> str:
    """The styles of all wings, `ui/WING/*.css`, without comments and line breaks.

    A component has styles of its own: see `ui.components`.
    """
    files = [UI / "style" / "page.css", *sorted(UI.glob("*/*.css"))]  # colours are named first
    text = "".join(file.read_text(encoding="utf-8") for file in dict.fromkeys(files))
    without_comments = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", without_comments)


def apply_stylesheet() -> None:
    """Put the styles into the page; called once a run, before the page shows anything."""
    st.html(f"<style>{stylesheet()}</style>")
