"""What pages show as HTML is styled by one stylesheet, put together from those of the wings."""

import re
from functools import cache
from pathlib import Path

import streamlit as st

UI = Path(__file__).parents[1]
THEME = {
    "--st-primary-color": "primaryColor",
    "--st-background-color": "backgroundColor",
    "--st-secondary-background-color": "secondaryBackgroundColor",
    "--st-text-color": "textColor",
    "--st-border-color": "borderColor",
    "--st-red-color": "redColor",
}
"""Names of the theme's colours as Streamlit gives them to components, and in `config.toml`.

To the page itself it gives none.
"""


@cache
def stylesheet() -> str:
    """The styles of all wings, `ui/WING/*.css`, without comments and line breaks.

    A component has styles of its own: see `ui.components`.
    """
    files = [UI / "style" / "page.css", *sorted(UI.glob("*/*.css"))]  # colours are named first
    text = theme_colours() + "".join(
        file.read_text(encoding="utf-8") for file in dict.fromkeys(files)
    )
    without_comments = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", without_comments)


def theme_colours() -> str:
    """The theme's colours for the page, each for light and for dark."""
    colours = "".join(
        f"{name}: light-dark({st.get_option(f'theme.light.{option}')}, "
        f"{st.get_option(f'theme.dark.{option}')});"
        for name, option in THEME.items()
    )
    return f":root {{ color-scheme: light dark; {colours} }}"


def apply_stylesheet() -> None:
    """Put the styles into the page; called once a run, before the page shows anything."""
    st.html(f"<style>{stylesheet()}</style>")
