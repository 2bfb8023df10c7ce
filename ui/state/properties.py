"""The one table of what an address can say: each property's name, type, range, default and pages.

A property that stands here survives a reload, a copied link and a press on Back. What a person
chooses besides (which tab is open, the last ten picks) lives in the session and ends with it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from model.data.mnist import TEST
from model.files.digit_text import digit_from_text
from model.interpretability.attribution import WINDOWS, AttributionMethod
from model.interpretability.faithfulness import PlainOrder
from model.network import CLASSES, SIDE
from model.preprocessing.pipeline import STEPS
from model.runs.owner import ALIAS

T = TypeVar("T")

INSIDE = ("stage", "network_view", "feature_maps", "filters", "arithmetic", "what_if")
"""The pages that share one place: a layer, a channel, a pixel. The stage opens it."""
EXPERIMENTS = ("small", "few", "elsewhere", "leak", "why")
"""The pages of "Experiment"."""
SHIPPED = "shipped"
"""Stands for the shipped network, in the address and where one chooses; no run has this id."""
LONGEST = 5
"""Digits of a number in an address: as many as the units of the largest layer need."""

KEY = re.compile(r"[A-Za-z0-9_\-]{32}")
"""Of a class's teacher or projector: see `model.classroom.codes`."""
CLASS_CODE = re.compile(r"[A-Z]{5}")


@dataclass(frozen=True, eq=False)
class Property(Generic[T]):
    """One thing that an address can say.

    Attributes:
        name: in the address.
        parse: makes the value of its text; raises ValueError when that is nothing of the kind.
        default: counts where the address says nothing; it is never written.
        text: the value as it is written.
        pages: on which it is written; none: on every page.
    """

    name: str
    parse: Callable[[str], T]
    default: T
    text: Callable[[T], str] = str
    pages: tuple[str, ...] = ()

    def read(self, text: str) -> tuple[T, bool]:
        """The value of a text, and whether all of the text was understood."""
        try:
            value = self.parse(text)
        except ValueError:
            return self.default, False
        return value, self.text(value) == text

    def told_on(self, page: str) -> bool:
        """Whether the address of this page says it."""
        return not self.pages or page in self.pages


def number(below: int | None = None) -> Callable[[str], int]:
    """Whole numbers from 0, written as plain digits; below a limit if there is one."""

    def parse(text: str) -> int:
        # isascii: isdigit also holds for digits that int does not take
        if not (len(text) <= LONGEST and text.isascii() and text.isdigit()):
            raise ValueError
        value = int(text)
        if str(value) != text or (below is not None and value >= below):
            raise ValueError
        return value

    return parse


def one_of(options: Iterable[T]) -> Callable[[str], T]:
    """One of these, told by its text."""
    by_text = {str(option): option for option in options}

    def parse(text: str) -> T:
        if text not in by_text:
            raise ValueError
        return by_text[text]

    return parse


def _ink(text: str) -> str:
    digit_from_text(text)  # raises ValueError where it is none
    return text


def _yes(text: str) -> bool:
    return one_of(("1",))(text) == "1"


def _open(text: str) -> bool:
    return one_of(("open",))(text) == "open"


def _network(text: str) -> str:
    if text != SHIPPED and not ALIAS.fullmatch(text):
        raise ValueError
    return text


def _name(text: str) -> str:
    if not 0 < len(text) <= 40:
        raise ValueError
    return text


def _key(text: str) -> str:
    if not KEY.fullmatch(text):
        raise ValueError
    return text


def _code(text: str) -> str:
    if not CLASS_CODE.fullmatch(text):
        raise ValueError
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text.split(",") if name))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The parts of "a.b,c.d"; what has no point in it is left out."""
    for part in text.split(","):
        first, point, second = part.partition(".")
        if point:
            yield first, second


def _guesses(text: str) -> tuple[tuple[str, str], ...]:
    """Of each experiment its guess, "few.0.53,small.2"."""
    return tuple(dict(_pairs(text)).items())


def _filters(text: str) -> tuple[tuple[str, int], ...]:
    """Filters, "conv1.3,conv2.17"; what cannot be read of them is left out."""
    found = [(layer, _number_or_none(place)) for layer, place in _pairs(text)]
    return tuple(dict.fromkeys((layer, place) for layer, place in found if place is not None))


def _pixels(text: str) -> tuple[tuple[int, int], ...]:
    """Pixels of a digit, "12.14,3.4" (row and column); what cannot be read is left out."""
    found = [(_number_or_none(a, SIDE), _number_or_none(b, SIDE)) for a, b in _pairs(text)]
    return tuple(dict.fromkeys((a, b) for a, b in found if a is not None and b is not None))


def _number_or_none(text: str, below: int | None = None) -> int | None:
    try:
        return number(below)(text)
    except ValueError:
        return None


def _joined(values: Iterable[object]) -> str:
    return ",".join(map(str, values))


def _joined_pairs(pairs: Sequence[tuple[object, object]]) -> str:
    return ",".join(f"{first}.{second}" for first, second in pairs)


Number = Property[int | None]
Text = Property[str | None]

# Whose network is shown, and at which epoch. A run's id opens it to whoever has it: it is said of
# runs that came by a link alone; one's own is told by its alias, see `model.runs.owner`.
RUN: Property[tuple[str, ...]] = Property("run", _names, (), _joined)
NETWORK: Text = Property("network", _network, None)
EPOCH: Number = Property("epoch", number(), None)
# How it is shown.
PRESENT: Property[bool] = Property("present", _yes, False, lambda _: "1")
PLAY: Property[bool] = Property("play", _yes, False, lambda _: "1", ("stage",))
# The place that the pages of "Look inside" speak about.
LAYER: Text = Property("layer", _name, None, pages=INSIDE)
CHANNEL: Number = Property("channel", number(), None, pages=INSIDE)
ROW: Number = Property("row", number(), None, pages=INSIDE)
COLUMN: Number = Property("column", number(), None, pages=INSIDE)
BEFORE: Property[bool] = Property("before", _yes, False, lambda _: "1", INSIDE)
# The digit, and what is done to it.
FOLLOWING = (*INSIDE, "draw", "map", "robustness", "explain", "trust", "leak")
"""The pages that speak about one digit."""
DIGIT: Number = Property("digit", number(TEST), None, pages=FOLLOWING)
INK: Text = Property("ink", _ink, None, pages=FOLLOWING)
SOURCE: Text = Property(
    "source", one_of(("Draw", "Upload", "Camera", "Test digits")), None, pages=("draw",)
)
STEPS_OFF: Property[frozenset[str]] = Property(
    "steps_off",
    lambda text: frozenset(name for name in _names(text) if name in STEPS),
    frozenset(),
    lambda off: _joined(sorted(off)),
    pages=("draw",),
)
OFF: Property[tuple[tuple[str, int], ...]] = Property(
    "off", _filters, (), _joined_pairs, ("what_if", "stage")
)
FLIP: Property[tuple[tuple[int, int], ...]] = Property(
    "flip", _pixels, (), _joined_pairs, ("what_if",)
)
# A class: its teacher's key, a projector's, and the code that a QR code brings along.
TEACH: Text = Property("teach", _key, None, pages=("class", "handwriting"))
SCREEN: Text = Property("screen", _key, None, pages=("class",))
CODE: Text = Property("code", _code, None, pages=("join",))
# What is chosen on one page.
METHOD: Property[AttributionMethod | None] = Property(
    "method", one_of(AttributionMethod), None, pages=("explain", "trust")
)
WINDOW: Number = Property("window", one_of(WINDOWS), None, pages=("explain",))
COVER: Property[float | None] = Property("cover", one_of((0.0, 1.0)), None, pages=("explain",))
CELLS: Text = Property("cells", _name, None, pages=("explain",))
MAP: Number = Property("map", number(CLASSES), None, pages=("explain",))
FIRST: Number = Property("first", number(CLASSES), None, pages=("explain",))
SECOND: Number = Property("second", number(CLASSES), None, pages=("explain",))
ORDER: Text = Property(
    "order",
    one_of([*map(str, (*AttributionMethod, *PlainOrder)), "random order"]),
    None,
    pages=("trust",),
)
JUDGED: Text = Property("judged", one_of(("embedded", "full", "own")), None, pages=("evaluate",))
LAYOUT: Text = Property("layout", one_of(("PCA", "t-SNE")), None, pages=("map",))
PART: Text = Property(
    "part",
    one_of(("This digit", "1,000 digits", "Smallest change", "Elsewhere")),
    None,
    pages=("robustness",),
)
# Which of the lessons is open.
LESSON: Number = Property("lesson", number(5), None, pages=("lessons",))
# What was guessed before an experiment, by its name, and whether a teacher's link lets one skip it.
GUESS: Property[tuple[tuple[str, str], ...]] = Property(
    "guess", _guesses, (), _joined_pairs, EXPERIMENTS
)
GATE: Property[bool] = Property("gate", _open, False, lambda _: "open", EXPERIMENTS)
SEEDS: Number = Property("seeds", one_of((3, 5, 10)), None, pages=EXPERIMENTS)
TEMPERATURE: Number = Property("temperature", one_of((1, 2, 4, 8, 12, 20)), None, pages=("small",))
UPDATES: Number = Property("updates", one_of((300, 1000, 3000)), None, pages=("few", "why"))

TABLE: dict[str, Property[Any]] = {
    each.name: each
    for each in (
        *(RUN, NETWORK, EPOCH, PRESENT, PLAY, LAYER, CHANNEL, ROW, COLUMN, BEFORE),
        *(DIGIT, INK, SOURCE, STEPS_OFF, OFF, FLIP, TEACH, SCREEN, CODE),
        *(METHOD, WINDOW, COVER, CELLS, MAP, FIRST, SECOND, ORDER, JUDGED, LAYOUT, PART),
        *(LESSON, GUESS, GATE, SEEDS, TEMPERATURE, UPDATES),
    )
}

PLACE: tuple[Property[Any], ...] = (LAYER, CHANNEL, ROW, COLUMN, EPOCH, BEFORE)
"""These are said together: what a link to a place does not name of them is unset."""
CHANGE: tuple[Property[Any], ...] = (OFF, FLIP)
"""So are these."""
SHOWN_DIGIT: tuple[Property[Any], ...] = (DIGIT, INK)
"""And these: a digit is a test digit, or it is drawn."""
