"""The stage on its page: what it shows, and what its steps mean for the rest of the app."""

from dataclasses import replace

import streamlit as st

from model.network import NetworkConfig, layers
from model.training.config import TrainingConfig
from ui.components.stage import (
    GivenShown,
    ShownLayer,
    StageColours,
    StageSteps,
    StageUnit,
    stage,
)
from ui.frame.chips import ROW
from ui.frame.lesson import lesson
from ui.stage.other_digits import Shown, by_link, other_digits
from ui.stage.words import LESSON, WORDS
from ui.state.address import go_to, keep, kept, place
from ui.state.links import open_page
from ui.state.my_runs import start_run
from ui.state.pen.seat import seat
from ui.state.properties import DIGIT, PRESENT
from ui.state.session import View, of_page, session
from ui.state.shown_network import network, shown_run
from ui.style.colours import DARK, LIGHT

COLOURS = {
    theme: StageColours(palette.training, palette.validation, palette.positive, palette.negative)
    for theme, palette in (("light", LIGHT), ("dark", DARK))
}


def show() -> None:
    """Draw the stage, and do what its person wants."""
    lesson(*LESSON)
    with (ROW.get() or st).container(key="stage_digits", width="content"):
        other_digits()
    by_link()
    shown, here, current = of_page(Shown), seat(), network()
    run = shown_run()
    here.network = current
    here.network_title = current.origin if run is None else run.title
    here.run, here.epoch = run, session().view.epoch
    here.steps_off = tuple(sorted(session().steps_off))
    here.given = shown.digit
    here.changed()
    steps = stage(
        "stage",
        token=here.token,
        layers=[
            ShownLayer(layer.name, layer.kind, layer.output_shape)
            for layer in layers(current.config)
        ],
        words=WORDS,
        colours=COLOURS,
        given=None if shown.digit is None else GivenShown(shown.number, shown.digit.source),
        at=_unit(place(current.config)),
        present=kept(PRESENT),
    )
    keep({DIGIT: None if shown.digit is None else shown.digit.place})
    _follow(steps)


def _unit(view: View) -> StageUnit | None:
    if view.layer is None or view.channel is None:
        return None
    row, column = view.pixel or (None, None)
    return StageUnit(view.layer, view.channel, row, column)


def _view(unit: StageUnit) -> View:
    pixel = None if unit.row is None or unit.column is None else (unit.row, unit.column)
    return replace(session().view, layer=unit.layer, channel=unit.channel, pixel=pixel)


def _follow(steps: StageSteps) -> None:
    """Do what was pressed."""
    if steps.train:
        start_run(NetworkConfig(), TrainingConfig())
        st.rerun()
    if steps.open is not None:
        open_page("arithmetic", _view(steps.open))
    if steps.opened is not None:
        go_to(_view(steps.opened))
    elif steps.closed:
        go_to(replace(session().view, layer=None, channel=None, pixel=None))
