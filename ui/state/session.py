"""What one person's session holds. The only file that spells Streamlit's session-state keys."""

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
import streamlit as st

from model.engine import engine
from model.experiments.study import Studies
from model.network import Network
from model.runs.lesson import Lesson
from model.runs.registry import Runs
from model.training.rehearsal import Correction
from ui.locale import to_say
from ui.locale.sentence import Sentence
from ui.state.classroom.store import digits_of_class
from ui.state.properties import (
    BEFORE,
    CHANNEL,
    COLUMN,
    EPOCH,
    LAYER,
    PLACE,
    ROW,
    STEPS_OFF,
    Property,
)

T = TypeVar("T")

_SESSION = "session"


@dataclass(frozen=True, eq=False)
class ChosenDigit:
    """The digit that all pages speak about: (28, 28) float32 in [0, 1], and where it is from."""

    pixels: np.ndarray
    origin: Sentence  # where it is from
    label: int | None = None  # the true digit where it is known
    place: int | None = None  # among the embedded test digits, where it is one of them
    answer: tuple[int, float] | None = None  # what was read, and its probability

    @property
    def source(self) -> str:
        """Where it is from, as it is said on screen: "your drawing", "test digit 17, a 4"."""
        return str(self.origin)


DRAWING = Sentence(to_say("your drawing"))


def one_of_several(words: Sentence, place: int, count: int) -> Sentence:
    """Where a digit is from, and which of several there it is.

    Args:
        words: where it is from.
        place: of the digit, from 0.
        count: of the digits there.
    """
    if count == 1:
        return words
    whole = to_say("{source}, digit {place} of {count}")
    return Sentence(whole, {"source": words, "place": place + 1, "count": count})


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
    shown_id: str | None = None  # whose network the pages show; None is the shipped one
    deleted_runs: list[str] = field(default_factory=list)  # the last deleted last, to bring back
    shown_deleted: str | None = None  # the run that all pages showed when it was deleted
    digit: ChosenDigit | None = None
    answers: dict[str, object] = field(default_factory=dict)  # see ui.state.ask
    pages: dict[type[Any], Any] = field(default_factory=dict)  # see `of_page`
    values: dict[str, Any] = field(default_factory=dict)  # by property; the default is left out
    page: str = ""  # the page that is open
    told: list[dict[str, str]] = field(default_factory=list)  # its addresses, see ui.state.address
    begun: dict[str, Any] = field(default_factory=dict)  # the values at the last arrival
    fresh: set[str] = field(default_factory=set)  # what the last arrival has set
    arrivals: int = 0  # grows with each, see ui.state.address
    visited: bool = False  # whether a run of this session has come to its end
    silent: bool = False  # whether the address is only read in this run
    picks: dict[str, object] = field(default_factory=dict)  # the last one seen of each widget
    kept: tuple[Correction, ...] = ()  # digits with the label that their writer gave them
    kept_before: list[tuple[Correction, ...]] = field(default_factory=list)  # for undo
    lesson: Lesson | None = None  # the last one begun
    taught: Taught | None = None  # the last taught network; shown when `shown_id` is its id
    imported: Imported | None = None  # the last imported network; likewise
    works: dict[tuple[Hashable, ...], object] = field(
        default_factory=dict
    )  # see ui.state.ask_in_slices

    def kept_value(self, what: Property[T]) -> T:
        """The value of a property."""
        value: T = self.values.get(what.name, what.default)
        return value

    def keep_value(self, what: Property[T], value: T) -> None:
        """Keep the value of a property."""
        if value is None or value == what.default:
            self.values.pop(what.name, None)
        else:
            self.values[what.name] = value

    @property
    def view(self) -> View:
        """The place that the pages of "Look inside" speak about."""
        row, column = self.kept_value(ROW), self.kept_value(COLUMN)
        return View(
            self.kept_value(LAYER),
            self.kept_value(CHANNEL),
            (row, column) if row is not None and column is not None else None,
            self.kept_value(EPOCH),
            self.kept_value(BEFORE),
        )

    @view.setter
    def view(self, view: View) -> None:
        row, column = view.pixel or (None, None)
        values = (view.layer, view.channel, row, column, view.epoch, view.before)
        for what, value in zip(PLACE, values, strict=True):
            self.keep_value(what, value)

    @property
    def steps_off(self) -> frozenset[str]:
        """The steps of preprocessing that are switched off."""
        return self.kept_value(STEPS_OFF)


@st.cache_resource
def runs() -> Runs:
    """The registry of everybody's runs: one for the whole server."""
    registry = Runs(engine, digits_of_class)
    registry.prepare()
    return registry


@st.cache_resource
def studies() -> Studies:
    """The registry of all experiments: one for the whole server."""
    return Studies(engine)


def take_up_studies() -> None:
    """Go on with the experiments that were under way when an earlier server ended.

    Returns at once: the disk may be slow.
    """
    threading.Thread(target=studies().take_up, name="taking up experiments", daemon=True).start()


def session() -> Session:
    """This person's session."""
    return cast(Session, st.session_state.setdefault(_SESSION, Session()))


def of_page(kind: type[T]) -> T:
    """What one page keeps for this person, and no other page knows.

    Args:
        kind: a dataclass that stands with its page; every field has a default.
    """
    kept: T = session().pages.setdefault(kind, kind())
    return kept


def set_widget(key: str, value: object) -> None:
    """Let a widget show another value; only from a callback, before the widget is drawn."""
    st.session_state[key] = value


def widget_state(key: str) -> object:
    """What a widget sent last, for callbacks: they run before the widget returns it."""
    return st.session_state.get(key)
