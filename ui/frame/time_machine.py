"""The time machine: one slider that sets the epoch whose network all pages show."""

from dataclasses import replace

import streamlit as st

from model.runs import Run
from ui.locale import say, to_say
from ui.state.address import arrival, go_to
from ui.state.picks import keep_option
from ui.state.session import session
from ui.state.shown_network import show_run

LATEST = to_say("latest")


def epoch_slider(run: Run) -> None:
    """Let the person choose an epoch of the run: 0 (untrained), 1, 2 … or the latest."""
    epochs = run.epochs
    if run.epoch == 0 or len(epochs) < 2:
        return
    now = session().view.epoch
    keep_option(key := f"epoch_{run.id}_{arrival()}")
    chosen = st.select_slider(
        say("Time machine: after epoch"),
        [*epochs, LATEST],
        value=now if now in epochs else LATEST,
        format_func=_epoch_words,
        key=key,
        help=say(
            "All pages show the network as it was then. 0 is before any training. “latest” "
            "follows the training.",
        ),
    )
    epoch = chosen if isinstance(chosen, int) else None
    if epoch != now and (epoch is not None or now in epochs):
        go_to(replace(session().view, epoch=epoch))


def _epoch_words(epoch: int | str) -> str:
    return say(LATEST) if epoch == LATEST else str(epoch)


def travel(run: Run, epoch: int) -> None:
    """Let all pages show a run as it was after an epoch."""
    mine = session()
    if mine.shown_id != run.id:
        show_run(run.id)
    go_to(replace(mine.view, epoch=epoch))
    mine.arrivals += 1  # the slider begins anew, at this epoch
