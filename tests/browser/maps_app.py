"""A page with one of everything that ui.maps shows, for the browser tests.

`?form=` chooses what is shown: many (64 maps of 26×26, new ones at each press), live (new maps
four times a second under one key), kernels, big, zeros, seen (maps beside the drawing that they
were made of).
"""

import numpy as np
import streamlit as st

from ui.components.maps import Clicked, OutlinedDigit, big_map, map_grid


def bumps(turn: int, height: int, width: int, channels: int) -> np.ndarray:
    """Return smooth maps, (height, width, channels), that look a little like activations."""
    rng = np.random.default_rng(turn)
    rows, columns = np.mgrid[0:height, 0:width][:, :, :, None]
    up, across = rng.uniform(0, height, channels), rng.uniform(0, width, channels)
    spread = rng.uniform(2, height / 2 + 2, channels)
    near = np.exp(-((rows - up) ** 2 + (columns - across) ** 2) / spread**2)
    return (near * rng.normal(0, 1.5, channels)).astype(np.float32)


def show(name: str, click: Clicked | None) -> None:
    st.text(f"{name}: {click}")


def many() -> None:
    turn = st.session_state.setdefault("turn", 0)
    if st.button("Next digit", key="next"):
        turn = st.session_state.turn = turn + 1
    maps = bumps(turn, 26, 26, 64)
    maps[:, :, [3, 40]] = 0
    show("many", map_grid(maps, key="many"))
    st.text(f"turn {turn}")


@st.fragment(run_every=0.25)
def live() -> None:
    turn = st.session_state["turn"] = st.session_state.get("turn", 0) + 1
    maps = np.abs(bumps(turn, 11, 11, 12))
    show("live", map_grid(maps, key="live", scale=3.0))
    st.text(f"turn {turn}")


def kernels() -> None:
    weights = np.random.default_rng(1).normal(0, 0.4, (3, 3, 8)).astype(np.float32)
    names = [f"kernel {i}" for i in range(8)]
    show("kernels", map_grid(weights, key="kernels", labels=names, size=108, values=True))
    own = np.abs(weights).max(axis=(0, 1))
    show("own", map_grid(weights, key="own", scale=own, selected=2, place=(1, 1)))


def big() -> None:
    picture = np.clip(bumps(3, 28, 28, 6).sum(axis=2), 0, 1)
    click = big_map(picture, key="big", scale=1, window=(4, 6, 14, 16), size=784, label="picture")
    show("big", click)
    kernel = np.array([[-1, 0, 1], [-2, 0.0001, 2], [-1, 0, 1]], dtype=np.float32)
    show("small", big_map(kernel, key="small", scale=None, place=(1, 1), label="kernel"))


def zeros() -> None:
    show("zeros", map_grid(np.zeros((5, 5, 3)), key="zeros"))
    show("one", map_grid(np.ones((1, 1, 1)), key="one"))


def seen() -> None:
    """The maps of a second convolution: 8×8 pixels each, in steps of 2."""
    drawing = OutlinedDigit(np.clip(bumps(3, 28, 28, 6).sum(axis=2), 0, 1), field=8, jump=2)
    maps = bumps(5, 11, 11, 12)
    show("grid", map_grid(maps, key="grid", place=(2, 3), drawing=drawing))
    show("one", big_map(maps[:, :, 0], key="one", scale=None, size=300, drawing=drawing))


FORMS = {"many": many, "live": live, "kernels": kernels, "big": big, "zeros": zeros, "seen": seen}
if __name__ == "__main__":  # the tests import `bumps`
    st.set_page_config(layout="wide")
    FORMS[st.query_params.get("form", "many")]()
