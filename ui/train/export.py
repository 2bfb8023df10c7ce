"""A run to take along: its network and its history as files, and a network from a file."""

import re
from collections.abc import Sequence

import streamlit as st

from model.files import FileError
from model.network import Network, count_parameters
from model.network.keras_model import keras_bytes, lite_bytes
from model.network.weights_file import network_from_bytes, network_to_bytes
from model.runs import Run
from model.training.export import keras_script
from model.training.trainer import EpochScores
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.state.ask import ready, wait_for, waiting_words
from ui.state.reason_words import reason_words
from ui.state.session import session
from ui.state.shown_network import network_at, show_imported, shown_epoch, shown_run, title_of
from ui.style.csv_table import csv_text
from ui.style.words import name_words, plain
from ui.train.settings import architecture

EXPORT_SECONDS = 120.0
"""A conversion waits behind trainings; longer than this nobody waits for it."""


def take_along(run: Run) -> None:
    """Offer a run's network in several formats, its history, and the import of a network.

    Args:
        run: the run that the page is about.
    """
    here = shown_run()
    epoch = shown_epoch() if here is not None and here.id == run.id else run.epoch
    network = network_at(run, epoch if epoch is not None else 0)
    st.header(say("The network as a file"), anchor=False)
    if network is None:
        st.caption(say("There is none yet: it can be saved when the training has begun."))
    else:
        st.caption(
            say(
                "{origin}: {architecture}, {parameters:,} parameters. The time "
                "machine at the top right chooses another epoch.",
                origin=plain(name_words(network.origin)),
                architecture=architecture(network.config),
                parameters=count_parameters(network.config),
            )
        )
        _network_files(network)
    st.header(say("The training as a file"), anchor=False)
    st.caption(say("The charts can be saved as pictures with “Save PNG” above each of them."))
    _training_files(run)
    st.header(say("A network from a file"), anchor=False)
    _import()


def _network_files(network: Network) -> None:
    """The network's files. Each is made when its button is pressed, which shows that it works."""
    name, able = file_stem(network.origin), ready()
    with st.container(horizontal=True, key="network_files"):
        st.download_button(
            say("DigitScope (.npz)"),
            lambda: network_to_bytes(network),
            f"{name}.npz",
            key="save_npz",
            icon=":material/download:",
            on_click="ignore",
            help=say("Opens here again, on this or another computer."),
        )
        st.download_button(
            say("Keras (.keras)"),
            lambda: wait_for(keras_bytes, network, seconds=EXPORT_SECONDS),
            f"{name}.keras",
            key="save_keras",
            icon=":material/download:",
            on_click="ignore",
            disabled=not able,
            help=say("Opens in Python with keras.models.load_model and gives the same answers."),
        )
        st.download_button(
            say("TensorFlow Lite (.tflite)"),
            lambda: wait_for(lite_bytes, network, seconds=EXPORT_SECONDS),
            f"{name}.tflite",
            key="save_tflite",
            icon=":material/download:",
            on_click="ignore",
            disabled=not able,
            help=say(
                "For phones and small devices. In Python, LiteRT runs it (pip install "
                "ai-edge-litert). Takes some seconds to make.",
            ),
        )
    if not able:
        st.caption(paragraph(waiting_words(), say("Files of Keras need it.")))


def _training_files(run: Run) -> None:
    state, name = run.state(), file_stem(title_of(run))
    epochs = max(state.epoch, 1) if not state.phase.moving else state.target
    # A class's digits are in no script, and no other program has them.
    mine = bool(run.settings.own)
    script = "" if mine else keras_script(run.network, run.settings, state.changes, epochs)
    with st.container(horizontal=True, key="training_files"):
        st.download_button(
            say("History (.csv)"),
            history_csv(state.history),
            f"{name}.csv",
            "text/csv",
            key="save_csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not state.history,
            help=say("Loss and accuracy of every epoch, as a table."),
        )
        st.download_button(
            say("Keras script (.py)"),
            script,
            f"{name}.py",
            "text/x-python",
            key="save_script",
            icon=":material/download:",
            on_click="ignore",
            disabled=mine,
            help=say(
                "A short program that does this training again at home, with the same "
                "seed. For a training on a class's own digits there is none.",
            ),
        )
    if mine:
        return
    with st.expander(say("Show the script"), icon=":material/code:"):
        st.code(script, language="python")


def history_csv(history: Sequence[EpochScores]) -> str:
    """The figures of every epoch, a line an epoch."""
    return csv_text(
        (
            "epoch",
            "training_loss",
            "training_accuracy",
            "validation_loss",
            "validation_accuracy",
            "seconds",
        ),
        (
            (
                scores.epoch,
                scores.training.loss,
                scores.training.accuracy,
                scores.validation.loss,
                scores.validation.accuracy,
                round(scores.seconds, 3),
            )
            for scores in history
        ),
    )


def file_stem(origin: str) -> str:
    """A network's origin as a file name: "Run 1, epoch 3" is "run-1-epoch-3"."""
    return re.sub(r"[^a-z0-9]+", "-", origin.lower()).strip("-")[:60] or "network"


def _import() -> None:
    file = st.file_uploader(
        say("A network saved by DigitScope (.npz)"),
        type=["npz"],
        key="import",
        max_upload_size=10,
        help=say("The file is read as data: every array is checked before it is used."),
    )
    st.caption(
        say(
            "Files of Keras (.keras, .h5) are not opened here: such a file may hold code, "
            "and opening one from a stranger could harm the computer that runs this page. "
            "Open the network in the DigitScope where it was trained, and save it as .npz.",
        )
    )
    if file is None:
        return
    try:
        network = network_from_bytes(file.getvalue())
    except FileError as error:
        st.error(reason_words(error.reason))
        return
    st.success(
        say(
            "{origin}: {architecture}, {parameters:,} parameters. It fits its own description.",
            origin=plain(name_words(network.origin)),
            architecture=architecture(network.config),
            parameters=count_parameters(network.config),
        )
    )
    imported = session().imported
    shown = imported is not None and imported.network.fingerprint == network.fingerprint
    if st.button(
        say("Show on all pages"),
        key="use_import",
        icon=":material/visibility:",
        disabled=shown and imported is not None and session().shown_id == imported.id,
    ):
        show_imported(network)
        st.rerun()
