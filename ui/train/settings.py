"""The settings of a training as widgets, each with a one-line meaning, and what they amount to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from model.data.download import mnist_download
from model.data.mnist import FULL_VALIDATION, TEST, VALIDATION, Name, full_is_here
from model.network import MapsTooSmallError, NetworkConfig
from model.training.augmentation import Augmentation
from model.training.config import TrainingConfig
from ui.frame.tabs import said_tabs
from ui.locale import number_text, say, say_many, to_say
from ui.locale.sentence import listed
from ui.state.picks import keep_option
from ui.state.reason_words import download_words, too_small_words

DATA_WORDS: dict[Name, str] = {
    "embedded": to_say("5,000 digits (always here)"),
    "full": to_say("all 70,000 digits (MNIST)"),
}
TRAINING: dict[Name, int] = {
    "embedded": 5_000 - VALIDATION - TEST,
    "full": 60_000 - FULL_VALIDATION,
}
VALIDATING: dict[Name, int] = {"embedded": VALIDATION, "full": FULL_VALIDATION}
OPTIMIZERS = {
    "adam": "Adam",
    "sgd": "SGD",
    "momentum": to_say("SGD with momentum"),
    "rmsprop": "RMSprop",
}
GROUPS = (to_say("Learning"), to_say("Digits"), to_say("Network"))
POOLINGS = {"max": to_say("max"), "average": to_say("average")}
HELP = {
    "data": to_say("A part of them is held back to check the network on digits it has not seen."),
    "optimizer": to_say(
        "The rule by which weights change. SGD has one step size for all; Adam gives each weight "
        "a step of its own, by how it has changed before."
    ),
}


@dataclass(frozen=True)
class Choice:
    """A network and a training that can be started."""

    network: NetworkConfig
    settings: TrainingConfig

    @property
    def digits(self) -> int:
        """Training digits in one epoch."""
        return self.settings.images or TRAINING[self.settings.data]

    @property
    def validation(self) -> int:
        """Digits that are only looked at, after each epoch."""
        if self.settings.own:  # a fifth of a class's digits, see model.classroom.digits
            return (self.settings.images or 0) // 3
        return VALIDATING[self.settings.data]

    @property
    def batches(self) -> int:
        """Batches in one epoch."""
        return -(-self.digits // self.settings.batch_size)


def training_settings() -> Choice | str:
    """Show all settings; return what they say, or the sentence that says why it is impossible."""
    values: dict[str, Any] = {}
    groups = (_learning, _data, _architecture)
    for tab, fill in zip(said_tabs(GROUPS, "setting_tabs"), groups, strict=True):
        with tab:
            values |= fill()
    if values["data"] == "full" and not full_is_here():
        return say(
            "All 70,000 digits are not on this computer yet. Download them under "
            "“Digits”, or take the 5,000 that are always here.",
        )
    try:
        network = NetworkConfig(**values.pop("network"))
        return Choice(network, TrainingConfig(**values))
    except MapsTooSmallError as error:
        return too_small_words(error)


def setting_words(network: NetworkConfig, settings: TrainingConfig) -> dict[str, str]:
    """Return every setting in words by its name, in the order in which they are told.

    The names are marked to be said; what is switched off is empty.
    """
    choice = Choice(network, settings)
    several, rate = len(network.filters) > 1, settings.learning_rate
    size = f"{network.kernel_size}×{network.kernel_size}"
    return {
        to_say("Digits"): say("{digits:,} of a class", digits=choice.digits)
        if settings.own
        else number_text(choice.digits),
        to_say("Variation"): listed(_variation(settings.augmentation)),
        to_say("Epochs"): str(settings.epochs),
        to_say("Batch"): str(settings.batch_size),
        to_say("Optimiser"): say(OPTIMIZERS[settings.optimizer]),
        to_say("Learning rate"): say("{rate:g}, falling", rate=rate)
        if settings.schedule == "cosine"
        else f"{rate:g}",
        to_say("Early stopping"): say_many("{count} epoch", "{count} epochs", settings.patience)
        if settings.patience
        else "",
        to_say("Filters"): "–".join(map(str, network.filters)),
        to_say("Kernel"): size if network.filters else "",
        to_say("Pooling"): say(POOLINGS[network.pooling]) if several else "",
        to_say("Dense units"): str(network.dense_units),
        to_say("Dropout"): f"{network.dropout:.0%}" if network.dropout else "",
        to_say("Seed"): str(settings.seed),
        to_say("Begins with"): say("the shipped network")
        if settings.start == "shipped"
        else say("random weights"),
    }


def _variation(augmentation: Augmentation) -> list[str]:
    """How digits are varied while training."""
    varied = []
    if augmentation.shift:
        varied.append(say("shifts to {shift:g} px", shift=augmentation.shift))
    if augmentation.rotation:
        varied.append(say("rotations to {rotation:g}°", rotation=augmentation.rotation))
    if any((augmentation.scale, augmentation.shear, augmentation.thickness)):
        varied.append(say("other distortions"))
    return varied


def architecture(network: NetworkConfig) -> str:
    """Return an architecture in one line; what is switched off is left out."""
    size = f"{network.kernel_size}×{network.kernel_size}"
    filters = "–".join(map(str, network.filters))
    parts = [say("filters {filters} of {size}", filters=filters, size=size)]
    if not network.filters:
        parts = [say("no filters")]
    elif network.pooling == "average":
        parts.append(say("average pooling"))
    parts.append(say_many("{count} dense unit", "{count} dense units", network.dense_units))
    if network.dropout:
        parts.append(say("dropout {dropout:.0%}", dropout=network.dropout))
    return listed(parts)


def summary(network: NetworkConfig, settings: TrainingConfig) -> str:
    """Return the settings of a run in one line; what is switched off is left out."""
    words, digits = setting_words(network, settings), Choice(network, settings).digits
    parts = [
        say("{digits:,} digits of a class", digits=digits)
        if settings.own
        else say("{digits:,} digits", digits=digits),
        say("batches of {size}", size=settings.batch_size),
        say(
            "{optimiser}, learning rate {rate}",
            optimiser=words["Optimiser"],
            rate=words["Learning rate"],
        ),
        architecture(network),
        words["Variation"],
    ]
    if settings.patience:
        parts.append(
            say_many(
                "early stopping after {count} epoch",
                "early stopping after {count} epochs",
                settings.patience,
            )
        )
    if settings.start == "shipped":
        parts.append(say("begins with the shipped network"))
    parts.append(say("seed {seed}", seed=settings.seed))
    return " · ".join(filter(None, parts))


def _kept(widget: Callable[..., Any], label: str, name: str, **options: Any) -> Any:
    """A widget whose value outlives a change of page."""
    return widget(label, key=f"setting_{name}", persist_state="session", **options)


def _kept_option(
    widget: Callable[..., Any], label: str, name: str, words: Mapping[Any, str]
) -> Any:
    """Likewise one of several options, also after a change of the language."""
    keep_option(f"setting_{name}")
    options = {"options": tuple(words), "format_func": lambda each: say(words[each])}
    return _kept(widget, label, name, **options, help=say(HELP[name]))


def _data() -> dict[str, Any]:
    data: Name = _kept_option(st.radio, say("Digits to learn from"), "data", DATA_WORDS)
    if data == "full" and not full_is_here():
        download_panel()
    most = TRAINING[data]
    images = _kept(
        st.number_input,
        say("Training digits"),
        f"images_{data}",
        min_value=10,
        max_value=most,
        value=most,
        step=100,
        help=say("With few digits the network learns them by heart instead of learning to read."),
    )
    left, right = st.columns(2)
    with left:
        shift = _kept(
            st.slider,
            say("Random shifts (pixels)"),
            "shift",
            min_value=0,
            max_value=4,
            value=0,
            help=say("Each digit is moved by chance while training, so that place matters less."),
        )
    with right:
        rotation = _kept(
            st.slider,
            say("Random rotations (degrees)"),
            "rotation",
            min_value=0,
            max_value=30,
            value=0,
            step=5,
            help=say("Each digit is turned by chance while training, so that slant matters less."),
        )
    augmentation = Augmentation(shift=shift, rotation=rotation)
    chosen = None if images == most else images
    return {"data": data, "images": chosen, "augmentation": augmentation}


def _learning() -> dict[str, Any]:
    defaults = TrainingConfig()
    left, right = st.columns(2)
    with left:
        epochs = _kept(
            st.number_input,
            say("Epochs"),
            "epochs",
            min_value=1,
            max_value=1000,
            value=defaults.epochs,
            help=say("One epoch is one pass through all training digits."),
        )
        optimizer = _kept_option(st.selectbox, say("Optimiser"), "optimizer", OPTIMIZERS)
        patience = _kept(
            st.number_input,
            say("Early stopping (epochs)"),
            "patience",
            min_value=0,
            max_value=100,
            value=0,
            help=say(
                "Stop when the validation loss has not fallen for so many epochs. 0 is never.",
            ),
        )
    with right:
        batch = _kept(
            st.number_input,
            say("Batch size"),
            "batch",
            min_value=1,
            max_value=1024,
            value=defaults.batch_size,
            help=say("So many digits are looked at before the weights change once."),
        )
        rate = _kept(
            st.number_input,
            say("Learning rate"),
            "rate",
            min_value=1e-6,
            max_value=10.0,
            value=defaults.learning_rate,
            step=0.0005,
            format="%.6g",
            help=say(
                "How far the weights move in each step. Too high: they jump about. Too "
                "low: nothing happens.",
            ),
        )
        seed = _kept(
            st.number_input,
            say("Seed"),
            "seed",
            min_value=0,
            max_value=10_000_000,
            value=defaults.seed,
            help=say("Fixes every chance: the same seed gives the same curve."),
        )
    return {
        "epochs": epochs,
        "batch_size": batch,
        "optimizer": optimizer,
        "learning_rate": rate,
        "patience": patience,
        "seed": seed,
    }


def _architecture() -> dict[str, Any]:
    defaults = NetworkConfig()
    left, right = st.columns(2)
    with left:
        count = _kept(
            st.number_input,
            say("Convolution layers"),
            "convolutions",
            min_value=0,
            max_value=4,
            value=len(defaults.filters),
            help=say("0 makes a plain dense network, for comparison."),
        )
        standard = (*defaults.filters, 64)
        filters = tuple(
            _kept(
                st.number_input,
                say("Filters in conv{number}", number=number + 1),
                f"filters_{number}",
                min_value=1,
                max_value=128,
                value=standard[number],
                help=say("Each filter looks for one pattern and makes one feature map."),
            )
            for number in range(count)
        )
    with right:
        kernel = _kept(
            st.segmented_control,
            say("Kernel size"),
            "kernel",
            options=(3, 5),
            default=3,
            required=True,
            format_func=lambda side: f"{side}×{side}",
            help=say("The window that slides over the picture."),
        )
        pooling = _kept(
            st.segmented_control,
            say("Pooling"),
            "pooling",
            options=tuple(POOLINGS),
            format_func=lambda name: say(POOLINGS[name]),
            default="max",
            required=True,
            help=say("What goes on of each 2×2 values: the largest, or their mean."),
        )
        units = _kept(
            st.number_input,
            say("Dense units"),
            "units",
            min_value=1,
            max_value=512,
            value=defaults.dense_units,
            help=say("Numbers in the layer before the ten outputs."),
        )
        dropout = _kept(
            st.slider,
            say("Dropout"),
            "dropout",
            min_value=0.0,
            max_value=0.9,
            value=0.0,
            step=0.05,
            help=say(
                "Share of the dense units silenced in each step, so that none is relied on "
                "too much.",
            ),
        )
    return {
        "network": {
            "filters": filters,
            "kernel_size": kernel,
            "pooling": pooling,
            "dense_units": units,
            "dropout": dropout,
        }
    }


def download_panel() -> None:
    """Offer full MNIST for download, with progress, cancel, and a sentence when it fails."""
    running = mnist_download().state.phase == "running"
    st.fragment(_download, run_every=0.5 if running else None, key="download")(running)


def _download(was_running: bool) -> None:
    download = mnist_download()
    state = download.state
    if state.phase == "failed":
        st.warning(download_words(state))
    if state.phase == "running":
        st.progress(
            state.share,
            text=say(
                "Downloading MNIST: {share:.0%} of 11 MB",
                share=state.share,
            ),
        )
        if st.button(say("Cancel"), key="download_cancel"):
            download.cancel()
    elif st.button(say("Download MNIST (11 MB)"), key="download_start", icon=":material/download:"):
        download.start()
    if (download.state.phase == "running") != was_running:
        st.rerun()
