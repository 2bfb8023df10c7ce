"""Pasting a picture: Streamlit's file uploader takes files by button and by drop, not by Ctrl V.

`paste.js` listens on the page and hands a pasted picture to the uploader as if it had been dropped
there, so that it takes the very same way, with the same checks.
"""

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "digitscope_paste", js=(Path(__file__).parent / "paste.js").read_text(encoding="utf-8")
)


def pasted_into(uploader: str) -> None:
    """Let a picture be pasted anywhere on the page into the file uploader of this key."""
    _mount(key=f"{uploader}_paste", data={"uploader": uploader})
