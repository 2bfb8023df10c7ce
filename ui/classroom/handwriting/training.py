"""A network that learns from the class's own digits, to be shown on all pages."""

import math
from collections.abc import Sequence

import streamlit as st

from model.classroom.digits.handwriting import WrittenDigit
from model.classroom.digits.leave_one_out import BATCH_SIZE, VARIED
from model.classroom.digits.training_sets import FEWEST, TrainingSet, make_set
from model.classroom.view import ClassView
from model.network import NetworkConfig
from model.training.config import TrainingConfig
from ui.locale import say, to_say
from ui.state.classroom.store import database
from ui.state.links import open_page
from ui.state.my_runs import OUR_DIGITS, start_run
from ui.state.session import session

NEW, FURTHER = to_say("A new network"), to_say("The shipped network, taught further")
BATCHES = 320
"""Some ten seconds of training on one core; a class's digits are gone through many times."""
EPOCHS = (10, 40)
"""The fewest and the most."""
FURTHER_RATE = 0.0003
"""A third of the usual learning rate: what is known already is not to be forgotten at once."""


def enough(written: Sequence[WrittenDigit]) -> bool:
    """Whether there are enough digits to learn from; says so where there are not."""
    if len(written) >= FEWEST:
        return True
    st.info(
        say(
            "{needed} digits are needed for this; there are {count}.",
            needed=FEWEST,
            count=len(written),
        )
    )
    return False


def train_on_class(view: ClassView, written: Sequence[WrittenDigit]) -> None:
    """Offer a training on the class's digits; it opens on the page Train.

    Args:
        view: of the class.
        written: the digits that count.
    """
    if not enough(written):
        return
    begin = st.segmented_control(
        say("Begin with"),
        (NEW, FURTHER),
        default=NEW,
        format_func=say,
        required=True,
        key="train_begin",
    )
    if begin == NEW:
        st.markdown(
            say(
                "A network with random weights sees **our {count} digits and no others**. "
                "Will it read us better than one that has seen thousands of strangers?",
                count=len(written),
            )
        )
    else:
        st.markdown(
            say(
                "The shipped network has learned from strangers. It goes on learning, "
                "**from us alone**. Does it read us better afterwards, and does it still "
                "read the strangers?",
            )
        )
    st.caption(
        say(
            "One digit of five is held back: the validation curve shows how well it reads "
            "those. Each digit is moved, turned and scaled a little while it learns, since "
            "there are so few. The training can be shown on all pages, like any other. Its "
            "network stays when the class ends; the digits do not.",
        )
    )
    if st.button(
        say("Train on our digits"), type="primary", icon=":material/play_arrow:", key="train"
    ):
        settings = settings_for(make_set(database(), view.id, written), begin)
        if start_run(NetworkConfig(), settings, OUR_DIGITS) is not None:
            open_page("train", session().view)


def settings_for(chosen: TrainingSet, begin: str) -> TrainingConfig:
    """The settings of a training on a set: as many epochs as its few digits need."""
    few, most = EPOCHS
    epochs = math.ceil(BATCHES * BATCH_SIZE / chosen.training)
    further = begin == FURTHER
    return TrainingConfig(
        images=chosen.training,
        epochs=few if further else min(max(epochs, few), most),
        batch_size=BATCH_SIZE,
        learning_rate=FURTHER_RATE if further else 0.001,
        augmentation=VARIED,
        own=chosen.id,
        start="shipped" if further else "random",
    )
