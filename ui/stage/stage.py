"""The stage on its page: what it shows, and what its steps mean for the rest of the app."""

from dataclasses import replace

import streamlit as st

from model.interpretability.ablation import Ablation
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
from ui.digit.test_digits import told_ink
from ui.frame.chips import ROW
from ui.frame.lesson import lesson
from ui.locale import language, say
from ui.stage.other_digits import Shown, by_link, other_digits
from ui.stage.words import LESSON, stage_words
from ui.state.address import go_to, keep, kept, place
from ui.state.links import copy_link, open_page
from ui.state.my_runs import start_run
from ui.state.pen.seat import seat
from ui.state.properties import DIGIT, INK, OFF, PLAY, PRESENT
from ui.state.session import View, of_page, session
from ui.state.shown_network import network, shown_run, title_of
from ui.style.colours import DARK, LIGHT
from ui.style.words import name_words

COLOURS = {
    theme: StageColours(palette.training, palette.validation, palette.positive, palette.negative)
    for theme, palette in (("light", LIGHT), ("dark", DARK))
}


def show() -> None:
    """Draw the stage, and do what its person wants."""
    lesson(*map(say, LESSON))
    by_link()
    with (ROW.get() or st).container(key="stage_digits", width="content"):
        other_digits()
    with (ROW.get() or st).container(key="stage_link", width="content"):
        copy_link()
    shown, here, current = of_page(Shown), seat(), network()
    run = shown_run()
    here.network = current
    here.network_title = name_words(current.origin if run is None else title_of(run))
    here.language = language()
    here.run, here.epoch = run, session().view.epoch
    here.steps_off = tuple(sorted(session().steps_off))
    here.given = shown.digit
    here.off = Ablation(kept(OFF)).within(current.config).filters
    here.changed()
    steps = stage(
        "stage",
        token=here.token,
        layers=[
            ShownLayer(layer.name, layer.kind, layer.output_shape)
            for layer in layers(current.config)
        ],
        words=stage_words(),
        colours=COLOURS,
        given=None if shown.digit is None else GivenShown(shown.number, shown.digit.source),
        at=_unit(place(current.config)),
        off=here.off,
        epoch=here.epoch,
        play=kept(PLAY),
        present=kept(PRESENT),
    )
    keep(
        {
            DIGIT: None if shown.digit is None else shown.digit.place,
            INK: told_ink(shown.digit),
            PLAY: None,
        }
    )
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
    if steps.drawn and of_page(Shown).digit is not None:
        of_page(Shown).leave()
        st.rerun()
    if steps.off is not None:
        keep({OFF: Ablation(steps.off).within(network().config).filters})
        st.rerun()
    if steps.open is not None:
        open_page("arithmetic", _view(steps.open))
    if steps.opened is not None:
        go_to(_view(steps.opened))
    elif steps.closed:
        go_to(replace(session().view, layer=None, channel=None, pixel=None))
