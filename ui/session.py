"""What one person's session holds. The only file that spells Streamlit's session-state keys."""

from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import streamlit as st

from model.activations import ForwardPass, forward_pass
from model.engine import EngineError, engine
from model.network import Network, NetworkConfig
from model.preprocess import Preprocessed
from model.pretrained import shipped
from model.runs import Run, Runs
from model.teaching import Correction, Lesson
from model.training import TrainingConfig
from model.verdict import Rules, rules_for

_SESSION = "session"


@dataclass(frozen=True, eq=False)
class ChosenDigit:
    """The digit that all pages speak about: (28, 28) float32 in [0, 1], and where it is from."""

    pixels: np.ndarray
    source: str  # as it is said on screen: "your drawing", "test digit 17, a 4"
    label: int | None = None  # the true digit where it is known


@dataclass(frozen=True)
class View:
    """The place that the pages of "Look inside" speak about; what is None was not chosen.

    `channel` counts the maps of the layer (or its units where it has none), `pixel` is (row,
    column) in one of its maps, `epoch` one of the run whose network is shown.
    """

    layer: str | None = None
    channel: int | None = None
    pixel: tuple[int, int] | None = None
    epoch: int | None = None


@dataclass(frozen=True)
class Taught:
    """A network that was taught corrected digits, and the way back."""

    network: Network
    base: str  # the origin of the network that it began with
    before: tuple[str | None, "Taught | None"]  # what was shown: the run, the taught network

    @property
    def id(self) -> str:
        """Names it among the networks that can be shown; unlike a run's id it is not a secret."""
        return f"taught {self.network.fingerprint}"


@dataclass
class Session:
    """Everything of one person. Nothing in here is ever shared with another session."""

    run_ids: list[str] = field(default_factory=list)  # oldest first
    shown_run: str | None = None  # whose network the pages show; None is the shipped one
    digit: ChosenDigit | None = None
    last_pass: tuple[tuple[str, bytes], ForwardPass] | None = None
    sheet: int = 0  # grows when a page empties the drawing sheet
    view: View = View()
    view_written: dict[str, str] = field(default_factory=dict)  # how it stands in the URL
    arrivals: int = 0  # grows when a link sets the view: widgets then begin anew, see ui.links
    picks: dict[str, object] = field(default_factory=dict)  # the last one seen of each widget
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # (name, file) by source
    prepared: tuple[object, Preprocessed] | None = None  # the last picture, and what it was made of
    steps_off: frozenset[str] = frozenset()  # the steps of preprocessing that are switched off
    test_digit: int | None = None  # its place among the test digits, last picked on Draw
    wrong: tuple[str, np.ndarray] | None = None  # a network's fingerprint, test digits it misreads
    kept: tuple[Correction, ...] = ()  # digits with the label that their writer gave them
    kept_before: list[tuple[Correction, ...]] = field(default_factory=list)  # for undo
    lesson: Lesson | None = None  # the last one begun
    taught: Taught | None = None  # the last taught network; shown when `shown_run` is its id


@st.cache_resource
def runs() -> Runs:
    """The registry of everybody's runs: one for the whole server."""
    return Runs(engine)


def session() -> Session:
    """This person's session."""
    return cast(Session, st.session_state.setdefault(_SESSION, Session()))


def my_runs() -> list[Run]:
    """This person's runs, oldest first."""
    found = (runs().get(identifier) for identifier in session().run_ids)
    return [run for run in found if run is not None]


def latest_run() -> Run | None:
    """The run that was started last."""
    mine = my_runs()
    return mine[-1] if mine else None


def start_run(network: NetworkConfig, settings: TrainingConfig) -> Run:
    """Start a run for this person; from its first epoch on, the pages show its network."""
    mine = session()
    run = runs().start(f"Run {len(mine.run_ids) + 1}", network, settings)
    mine.run_ids.append(run.id)
    show_run(run.id)
    return run


def show_run(identifier: str | None) -> None:
    """Show the network of this run on all pages, at its last epoch; None: the shipped one."""
    mine = session()
    mine.shown_run = identifier
    mine.view = replace(mine.view, epoch=None)


def shown_run() -> Run | None:
    """The run whose network the pages show; None when it is the shipped one."""
    identifier = session().shown_run
    return runs().get(identifier) if identifier else None


def network() -> Network:
    """The network that all pages show.

    The shipped one, or that of the chosen run: at the epoch that the view names (the time machine),
    or else at its last finished one. Until a run has finished its first epoch there is nothing of
    it to show, and the shipped one stays. Or else the taught one.
    """
    taught = session().taught
    if taught is not None and session().shown_run == taught.id:
        return taught.network
    run = shown_run()
    if run is None or run.epoch == 0:
        return shipped()
    epoch = session().view.epoch
    then = run.network_at(epoch) if epoch is not None else None
    return then or run.network_at() or shipped()


def look_inside(digit: ChosenDigit) -> ForwardPass | None:
    """Send a digit through the network; a sentence on the page and None when the engine fails.

    The last result is kept, so that a rerun with the same digit and network costs nothing.
    """
    mine, current = session(), network()
    key = (current.fingerprint, digit.pixels.tobytes())
    if mine.last_pass is None or mine.last_pass[0] != key:
        state = engine().state
        if state.phase != "ready":  # say so at once; the sidebar runs the page again when it is
            st.info(state.sentence, icon=":material/hourglass_top:")
            return None
        try:
            mine.last_pass = (key, engine().run(forward_pass, current, digit.pixels))
        except EngineError as error:
            st.warning(str(error), icon=":material/hourglass_top:")
            return None
    return mine.last_pass[1]


def widget_state(key: str) -> object:
    """What a widget sent last, for callbacks: they run before the widget returns it."""
    return st.session_state.get(key)


def show_taught(network: Network, base: str) -> None:
    """Show a network that was just taught; `untaught` is the way back."""
    mine = session()
    mine.taught = Taught(network, base, (mine.shown_run, mine.taught))
    show_run(mine.taught.id)


def untaught() -> None:
    """Undo the last lesson: show what was shown before it."""
    mine = session()
    if mine.taught is not None:
        shown, mine.taught = mine.taught.before
        show_run(shown)


@st.cache_resource(max_entries=32, show_spinner=False)
def _rules(fingerprint: str, _network: Network) -> Rules:
    return engine().run(rules_for, _network)


def rules() -> Rules | None:
    """The rules of the shown network's verdicts, measured once; None while the engine is away."""
    current = network()
    if engine().state.phase != "ready":
        return None
    try:
        return _rules(current.fingerprint, current)
    except EngineError:
        return None
