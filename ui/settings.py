"""The settings of a training as widgets, each with a one-line meaning."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from model.augment import Augmentation
from model.digits import FULL_VALIDATION, TEST, VALIDATION, Name, full_path
from model.download import mnist_download
from model.network import NetworkConfig
from model.training import TrainingConfig

DATA_WORDS: dict[Name, str] = {
    "embedded": "5,000 digits (always here)",
    "full": "all 70,000 digits (MNIST)",
}
EMBEDDED_TRAINING = 5_000 - VALIDATION - TEST
FULL_TRAINING = 60_000 - FULL_VALIDATION
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop"}


def training_settings() -> tuple[NetworkConfig, TrainingConfig] | None:
    """Show all settings and return what they say, or None with a sentence when it is impossible."""
    values: dict[str, Any] = {}
    for column, fill in zip(
        st.columns(3, gap="large"), (_data, _learning, _architecture), strict=True
    ):
        with column:
            values |= fill()
    try:
        network = NetworkConfig(**values.pop("network"))
        return network, TrainingConfig(**values)
    except ValueError as error:
        st.error(str(error))
        return None


def _kept(widget: Callable[..., Any], label: str, name: str, **options: Any) -> Any:
    """A widget whose value outlives a change of page."""
    return widget(label, key=f"setting_{name}", persist_state="session", **options)


def _data() -> dict[str, Any]:
    st.markdown("**Data**")
    data: Name = _kept(
        st.radio, "Digits to learn from", "data",
        options=tuple(DATA_WORDS), format_func=DATA_WORDS.__getitem__,
        help="A part of them is held back to check the network on digits it has not seen.",
    )  # fmt: skip
    if data == "full" and not full_path().exists():
        download_panel()
    most = EMBEDDED_TRAINING if data == "embedded" else FULL_TRAINING
    images = _kept(
        st.number_input, "Training digits", f"images_{data}",
        min_value=10, max_value=most, value=most, step=100,
        help="With few digits the network learns them by heart instead of learning to read.",
    )  # fmt: skip
    shift = _kept(
        st.slider, "Random shifts (pixels)", "shift", min_value=0, max_value=4, value=0,
        help="Each digit is moved by chance while training, so that place matters less.",
    )  # fmt: skip
    rotation = _kept(
        st.slider, "Random rotations (degrees)", "rotation",
        min_value=0, max_value=30, value=0, step=5,
        help="Each digit is turned by chance while training, so that slant matters less.",
    )  # fmt: skip
    augmentation = Augmentation(shift=shift, rotation=rotation)
    chosen = None if images == most else images
    return {"data": data, "images": chosen, "augmentation": augmentation}


def _learning() -> dict[str, Any]:
    defaults = TrainingConfig()
    st.markdown("**Learning**")
    epochs = _kept(
        st.number_input, "Epochs", "epochs", min_value=1, max_value=1000, value=defaults.epochs,
        help="One epoch is one pass through all training digits.",
    )  # fmt: skip
    batch = _kept(
        st.number_input, "Batch size", "batch", min_value=1, max_value=1024,
        value=defaults.batch_size,
        help="So many digits are looked at before the weights change once.",
    )  # fmt: skip
    optimizer = _kept(
        st.selectbox, "Optimiser", "optimizer",
        options=tuple(OPTIMIZERS), format_func=OPTIMIZERS.__getitem__,
        help="The rule that turns the gradient into a change of the weights.",
    )  # fmt: skip
    rate = _kept(
        st.number_input, "Learning rate", "rate", min_value=1e-6, max_value=10.0,
        value=defaults.learning_rate, step=0.0005, format="%.5f",
        help="How far the weights move in each step. Too high: they jump about. Too low: nothing.",
    )  # fmt: skip
    patience = _kept(
        st.number_input, "Early stopping (epochs)", "patience", min_value=0, max_value=100, value=0,
        help="Stop when the validation loss has not fallen for so many epochs. 0 is never.",
    )  # fmt: skip
    seed = _kept(
        st.number_input, "Seed", "seed", min_value=0, max_value=10_000_000, value=defaults.seed,
        help="Fixes every chance: the same seed gives the same curve.",
    )  # fmt: skip
    return {
        "epochs": epochs, "batch_size": batch, "optimizer": optimizer, "learning_rate": rate,
        "patience": patience, "seed": seed,
    }  # fmt: skip


def _architecture() -> dict[str, Any]:
    defaults = NetworkConfig()
    st.markdown("**Network**")
    count = _kept(
        st.number_input, "Convolution layers", "convolutions", min_value=0, max_value=4,
        value=len(defaults.filters), help="0 makes a plain dense network, for comparison.",
    )  # fmt: skip
    standard = (*defaults.filters, 64)
    filters = tuple(
        _kept(
            st.number_input, f"Filters in conv{number + 1}", f"filters_{number}",
            min_value=1, max_value=128, value=standard[number],
            help="Each filter looks for one pattern and makes one feature map.",
        )
        for number in range(count)
    )  # fmt: skip
    kernel = _kept(
        st.segmented_control, "Kernel size", "kernel", options=(3, 5), default=3, required=True,
        format_func=lambda side: f"{side}×{side}",
        help="The window that slides over the picture.",
    )  # fmt: skip
    pooling = _kept(
        st.segmented_control, "Pooling", "pooling", options=("max", "average"), default="max",
        required=True, help="What goes on of each 2×2 values: the largest, or their mean.",
    )  # fmt: skip
    units = _kept(
        st.number_input, "Dense units", "units", min_value=1, max_value=512,
        value=defaults.dense_units, help="Numbers in the layer before the ten outputs.",
    )  # fmt: skip
    dropout = _kept(
        st.slider, "Dropout", "dropout", min_value=0.0, max_value=0.9, value=0.0, step=0.05,
        help="Share of the dense units silenced in each step, so that none is relied on too much.",
    )  # fmt: skip
    return {
        "network": {
            "filters": filters, "kernel_size": kernel, "pooling": pooling,
            "dense_units": units, "dropout": dropout,
        }
    }  # fmt: skip


def download_panel() -> None:
    """Offer full MNIST for download, with progress, cancel, and a sentence when it fails."""
    running = mnist_download().state.phase == "running"
    st.fragment(_download, run_every=0.5 if running else None, key="download")(running)


def _download(was_running: bool) -> None:
    download = mnist_download()
    state = download.state
    if state.phase == "failed":
        st.warning(state.sentence)
    if state.phase == "running":
        st.progress(state.share, text=f"Downloading MNIST: {state.share:.0%} of 11 MB")
        if st.button("Cancel", key="download_cancel"):
            download.cancel()
    elif st.button("Download MNIST (11 MB)", key="download_start", icon=":material/download:"):
        download.start()
    if (download.state.phase == "running") != was_running:
        st.rerun()
