"""Two sheets and a page without any, for the browser tests of ui.components.canvas.

Each sheet tells as JSON what arrived: the last drawing and every message before it.
"""

import hashlib
import json
import time

import streamlit as st

from ui.components.canvas import canvas


@st.fragment
def sheet(key: str) -> None:
    left, right = st.columns(2)
    with left:
        drawing = canvas(key)
    with right:
        told = None
        if drawing is not None:
            rows, columns = drawing.ink.nonzero()
            told = {
                "finished": drawing.finished,
                "strokes": drawing.strokes,
                "ink": round(float(drawing.ink.sum()), 2),
                "box": [int(n) for n in (rows.min(), columns.min(), rows.max(), columns.max())],
                "print": hashlib.sha256(drawing.ink.tobytes()).hexdigest()[:12],
            }
        log = st.session_state.setdefault(f"log of {key}", [])
        state = st.session_state[key].get("drawing")
        log.append({"at": time.time(), "bytes": len(json.dumps(state)), "drawing": told})
        with st.container(key=f"told-{key}"):
            st.text(json.dumps({"drawing": told, "log": log}))


def draw() -> None:
    sheet("first")
    sheet("second")


def other() -> None:
    st.text("Nothing to draw on here.")


st.navigation([st.Page(draw, title="Draw", default=True), st.Page(other, title="Other")]).run()
