"""What one person's session holds. The only file that spells Streamlit's session-state keys."""

import secrets
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import streamlit as st

from model import digits
from model.activations import ForwardPass, forward_pass
from model.engine import EngineError, engine
from model.forward import probabilities
from model.network import Network, NetworkConfig
from model.preprocess import Preprocessed
from model.pretrained import shipped
from model.run_registry import Runs
from model.runs import Run
from model.teaching import Correction, Lesson
from model.training import TrainingConfig
from model.verdict import Reading, Rules, read, rules_for
from model.what_if import Change, Trial

_SESSION = "session"
RUN = "run"
"""The query parameter with the ids of a person's runs: a reload is a new session to Streamlit."""
SHOWN = "network"
"""The query parameter that says that the shipped network is shown, although there are runs."""
SHIPPED = "shipped"
"""Stands for the shipped network in the URL and in the sidebar's choice; no run has this id."""
RUNS_IN_URL = 8


@dataclass(frozen=True, eq=False)
class ChosenDigit:
    """The digit that all pages speak about: (28, 28) float32 in [0, 1], and where it is from."""

    pixels: np.ndarray
    source: str  # as it is said on screen: "your drawing", "test digit 17, a 4"
    label: int | None = None  # the true digit where it is known
    place: int | None = None  # among the embedded test digits, where it is one of them


@dataclass(frozen=True)
class View:
    """The place that the pages of "Look inside" speak about; what is None was not chosen.

    `channel` counts the maps of the layer (or its units where it has none), `pixel` is (row,
    column) in one of its maps, `epoch` one of the run whose network is shown. `before` asks for the
    values before the activation function.
    """

    layer: str | None = None
    channel: int | None = None
    pixel: tuple[int, int] | None = None
    epoch: int | None = None
    before: bool = False


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


@dataclass(frozen=True)
class Imported:
    """A network that came from a file of this app."""

    network: Network

    @property
    def id(self) -> str:
        """Names it among the networks that can be shown; unlike a run's id it is not a secret."""
        return f"imported {self.network.fingerprint}"


@dataclass
class Session:
    """Everything of one person. Nothing in here is ever shared with another session."""

    run_ids: list[str] = field(default_factory=list)  # oldest first
    shown_run: str | None = None  # whose network the pages show; None is the shipped one
    deleted_runs: list[str] = field(default_factory=list)  # the last deleted last, to bring back
    shown_deleted: str | None = None  # the run that all pages showed when it was deleted
    compared: str | None = None  # the run last chosen on Compare
    attached: bool = False  # whether the runs that the URL names were looked up
    digit: ChosenDigit | None = None
    last_pass: tuple[tuple[str, bytes], ForwardPass] | None = None
    sheet: int = 0  # grows when a page empties the drawing sheet
    view: View = View()
    view_written: dict[str, str] = field(default_factory=dict)  # how it stands in the URL
    arrivals: int = 0  # grows when a link sets the view: widgets then begin anew, see ui.links
    linked: dict[str, str] = field(default_factory=dict)  # what the first URL chose, see ui.links
    picks: dict[str, object] = field(default_factory=dict)  # the last one seen of each widget
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # (name, file) by source
    removed: set[str] = field(default_factory=set)  # sources whose picture its person took away
    prepared: tuple[object, np.ndarray, Preprocessed] | None = None  # the last picture and its key
    steps_off: frozenset[str] = frozenset()  # the steps of preprocessing that are switched off
    followed: tuple[str, int] = ("", 0)  # of several digits on Draw: their sheet, the place of one
    numbers_open: bool = False  # whether Draw shows what the network receives as numbers
    test_digit: int | None = None  # its place among the test digits, last picked on Draw
    wrong: tuple[str, np.ndarray] | None = None  # a network's fingerprint, test digits it misreads
    kept: tuple[Correction, ...] = ()  # digits with the label that their writer gave them
    kept_before: list[tuple[Correction, ...]] = field(default_factory=list)  # for undo
    lesson: Lesson | None = None  # the last one begun
    taught: Taught | None = None  # the last taught network; shown when `shown_run` is its id
    imported: Imported | None = None  # the last imported network; likewise
    works: dict[tuple[Hashable, ...], object] = field(default_factory=dict)  # see ui.long_work
    opened: tuple[int, ChosenDigit] | None = None  # the digit another page opened in Draw, counted
    changes: list[Change] = field(default_factory=lambda: [Change()])  # kept on What if, for undo
    trial: Trial = field(default_factory=Trial)  # what is picked there and not kept yet
    change_written: dict[str, str] = field(default_factory=dict)  # how it stands in the URL
    trials: int = 0  # grows when the picks are to be forgotten


@st.cache_resource
def runs() -> Runs:
    """The registry of everybody's runs: one for the whole server."""
    return Runs(engine)


def session() -> Session:
    """This person's session."""
    return cast(Session, st.session_state.setdefault(_SESSION, Session()))


def keep_runs_in_url() -> None:
    """Find the runs that the URL names, at first, and name this person's there from then on.

    Called on every run of every page: a reload, or a restart of the server, then loses nothing.
    """
    mine = session()
    named = [name for name in st.query_params.get(RUN, "").split(",") if name][-RUNS_IN_URL:]
    if not mine.attached:
        mine.attached = True
        there = {name: run for name in named if (run := runs().get(name)) is not None}
        found = sorted(there, key=lambda name: there[name].created)
        mine.run_ids = found + [name for name in mine.run_ids if name not in found]
        if found and st.query_params.get(SHOWN) != SHIPPED:
            mine.shown_run = list(there)[-1]
        if len(found) < len(set(named)):
            st.toast("A training that this address names is no longer kept on this server.")
    # The run that is shown stands last.
    order = sorted(mine.run_ids, key=lambda name: name == mine.shown_run)
    wanted = ",".join(order[-RUNS_IN_URL:])
    if wanted and st.query_params.get(RUN) != wanted:
        st.query_params[RUN] = wanted
    elif not wanted and RUN in st.query_params:
        del st.query_params[RUN]
    if wanted and mine.shown_run is None:
        st.query_params[SHOWN] = SHIPPED
    elif SHOWN in st.query_params:
        del st.query_params[SHOWN]


def my_runs() -> list[Run]:
    """This person's runs, oldest first. Asking for them counts as looking at them."""
    found = [run for name in session().run_ids if (run := runs().get(name)) is not None]
    for run in found:
        run.seen()
    return found


def latest_run() -> Run | None:
    """The run that was started last."""
    mine = my_runs()
    return mine[-1] if mine else None


def start_run(network: NetworkConfig, settings: TrainingConfig) -> Run:
    """Start a run for this person; from its first epoch on, the pages show its network."""
    titles = {run.title for run in my_runs()}
    number = next(n for n in range(1, len(titles) + 2) if f"Run {n}" not in titles)
    run = runs().start(f"Run {number}", network, settings)
    session().run_ids.append(run.id)
    show_run(run.id)
    return run


def restart_run(run: Run, same_seed: bool) -> Run:
    """Stop a run and start over with its settings, as a run of its own.

    The old one keeps its curve and its networks, so nothing is lost and the two can be compared.
    Changes of the learning rate that were made by hand are not repeated.

    Args:
        run: whose architecture and settings are taken.
        same_seed: the same curve once more; else another by a new seed.
    """
    if run.state().phase.moving:
        run.stop()
    seed = run.settings.seed if same_seed else secrets.randbelow(10_000)
    return start_run(run.network, replace(run.settings, seed=seed))


def delete_run(run: Run) -> None:
    """Take a run off this person's list; `undo_delete` brings it back."""
    mine = session()
    run.deleted = True
    mine.run_ids.remove(run.id)
    mine.deleted_runs.append(run.id)
    if mine.shown_run == run.id:
        show_run(None)
        mine.shown_deleted = run.id


def undo_delete() -> Run | None:
    """Bring the run that was deleted last back; None when there is none."""
    mine = session()
    run = runs().get(mine.deleted_runs.pop()) if mine.deleted_runs else None
    if run is not None:
        run.deleted = False
        mine.run_ids.append(run.id)
        mine.run_ids.sort(key={other.id: other.created for other in my_runs()}.__getitem__)
        if mine.shown_deleted == run.id and mine.shown_run is None:
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
    it to show, and the shipped one stays. Or else the taught or the imported one.
    """
    for other in (session().taught, session().imported):
        if other is not None and session().shown_run == other.id:
            return other.network
    run, epoch = shown_run(), shown_epoch()
    trained = run.network_at(epoch) if run is not None and epoch is not None else None
    return trained or shipped()


def shown_epoch() -> int | None:
    """The epoch of the shown run that the pages show; None where it is no run's network.

    The one that the view names (the time machine), or the last one kept before it; the latest where
    it names none. Epoch 0, the untrained network, is shown when it is asked for.
    """
    run, wish = shown_run(), session().view.epoch
    if run is None or (run.epoch == 0 and wish is None):
        return None
    kept = [epoch for epoch in run.epochs if wish is None or epoch <= wish]
    return kept[-1] if kept else None


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


def show_imported(network: Network) -> None:
    """Show a network that came from a file."""
    mine = session()
    mine.imported = Imported(network)
    show_run(mine.imported.id)


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


def read_digits(pictures: np.ndarray) -> Reading | None:
    """What the shown network says of several digits, (n, 28, 28); None while the engine is away."""
    if engine().state.phase != "ready":
        return None
    try:
        return engine().run(read, network(), pictures)
    except EngineError:
        return None


def misread_test_digits() -> np.ndarray | None:
    """The places of the test digits that the shown network misreads; None without the engine."""
    mine, current = session(), network()
    if mine.wrong is None or mine.wrong[0] != current.fingerprint:
        if engine().state.phase != "ready":
            return None
        test = digits.embedded().test
        try:
            shares = engine().run(probabilities, current, test.inputs())
        except EngineError:
            return None
        wrong = np.flatnonzero(shares.argmax(axis=1) != test.labels)
        mine.wrong = (current.fingerprint, wrong)
    return mine.wrong[1]


def rules() -> Rules | None:
    """The rules of the shown network's verdicts, measured once; None while the engine is away."""
    current = network()
    if engine().state.phase != "ready":
        return None
    try:
        return _rules(current.fingerprint, current)
    except EngineError:
        return None
