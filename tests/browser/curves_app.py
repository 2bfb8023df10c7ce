"""The live chart on a page of its own: a fragment that adds points twice a second."""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ui.components.curves import Line, Sent, curves

BLUE, ORANGE = ("#1f5fbf", "#7db3ff"), ("#c2570c", "#ffb066")
BATCHES = 141  # an epoch
query = st.query_params


def loss_of(batch: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(7).normal(0, 1, 200_000)[batch]
    return 2.3 * np.exp(-batch / 300) + 0.04 + 0.25 * np.exp(-batch / 900) * np.abs(noise)


def lines(batches: int, diverged: bool) -> list[Line]:
    batch = np.arange(1, batches + 1)
    batch_loss = loss_of(batch)
    epoch = np.arange(1, batches // BATCHES + 1)
    training = 2.1 * np.exp(-epoch / 1.7) + 0.05
    if diverged:
        batch_loss[-300:] = np.nan
        training[-2:] = np.inf
    return [
        Line("Training, batches", batch / BATCHES, batch_loss, BLUE, faint=True),
        Line("Training", epoch, training, BLUE),
        Line("Validation", epoch, training + 0.01 * epoch, ORANGE, dashed=True),
    ]


@st.fragment(run_every=0.5 if "live" in query else None)
def live(sent: Sent) -> None:
    log = st.toggle("Logarithmic", key="log")
    ticks = st.session_state.setdefault("ticks", 0)
    batches = 700 + 35 * ticks if "live" in query else int(query.get("batches", 1410))
    st.session_state.ticks += 1
    if "remount" in query and not st.toggle("Show the chart", value=True):
        st.caption(f"Update {ticks}")
        return
    shown = [] if "empty" in query else lines(batches, "diverged" in query)
    curves(
        shown,
        key="loss",
        title="Loss",
        x_label="Epoch",
        y_label="Cross-entropy",
        log=log,
        sent=sent,
    )
    accuracy = [Line(a.name, a.x, 1 - a.y / 2.6, a.colour, a.faint, a.dashed) for a in shown]
    if "accuracy" in query:
        curves(
            accuracy,
            key="accuracy",
            title="Accuracy",
            x_label="Epoch",
            y_label="Images read correctly",
            y_range=(0.0, 1.0),
            y_format="percent",
        )
    if "runs" in query:
        many = [
            Line(f"Run {i + 1}", a.x, a.y * (1 + i / 10), (f"hsl({i * 67} 65% 38%)",) * 2, a.faint)
            for i in range(20)
            for a in lines(20_000, False)[:2]
        ]
        curves(many, key="runs", title="Runs", x_label="Epoch", y_label="Cross-entropy", log=log)
    st.caption(f"Update {ticks}")


st.title("Curves")
live(Sent())
