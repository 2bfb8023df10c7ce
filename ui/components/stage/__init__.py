"""The stage: a sheet, the whole network alive beside it, its answer, and the strip that trains.

What moves comes to the browser by the pen's channel (see `ui.state.pen.channel`), never by a rerun.
What arrives here are deliberate steps: training begins, a unit is opened, another page is wanted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from ui.components import component
from ui.components.canvas import BRUSH, BRUSHES, SIDE
from ui.locale import say

CHANNEL = "pen"
"""The channel's address, below that of the app."""
MOST_OFF = 1_000
"""Filters that a message may name: more than any network of this app has."""

_mount = component("stage", "canvas")


@dataclass(frozen=True)
class ShownLayer:
    """A layer as the stage draws it before the first reading has come: see `layers` there."""

    name: str
    kind: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class GivenShown:
    """A digit that is not from the sheet: `number` grows with each, `words` say what it is."""

    number: int
    words: str


@dataclass(frozen=True)
class StageUnit:
    """One number of the network; `row` and `column` are None where its layer has no maps."""

    layer: str
    channel: int
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class StepShown:
    """A step of the lesson: one sentence, and the kinds of layers that it brings forward."""

    sentence: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class StageWords:
    """What the stage is told to say; what it always says is in its scripts.

    Attributes:
        problems: why there is no digit, by the problem's key.
        empty: on an empty sheet.
        steps: of the lesson, for keys 1 to 5.
    """

    problems: Mapping[str, str]
    empty: str
    steps: Sequence[StepShown]


@dataclass(frozen=True)
class StageColours:
    """In one theme: of the two curves, and of signed values from beside zero to the strongest."""

    training: str
    validation: str
    positive: Sequence[str]
    negative: Sequence[str]


@dataclass(frozen=True)
class StageSteps:
    """What the person did in this run of the page; nothing, as a rule.

    Attributes:
        train: pressed Train.
        open: wants this unit on its own page.
        opened: opened this unit on the stage.
        closed: closed it.
        off: all filters that are switched off from now on; None: no switch was pressed.
        drawn: drew in the place of a digit from elsewhere.
    """

    train: bool = False
    open: StageUnit | None = None
    opened: StageUnit | None = None
    closed: bool = False
    off: tuple[tuple[str, int], ...] | None = None
    drawn: bool = False


def stage(
    key: str,
    *,
    token: str,
    layers: Sequence[ShownLayer],
    words: StageWords,
    colours: Mapping[str, StageColours],
    given: GivenShown | None = None,
    at: StageUnit | None = None,
    off: Sequence[tuple[str, int]] = (),
    epoch: int | None = None,
    play: bool = False,
    present: bool = False,
) -> StageSteps:
    """Show the stage.

    Args:
        key: of the component.
        token: of this person's seat at the pen's channel.
        layers: of the network that is shown, in forward order.
        words: that it says.
        colours: by theme ("light", "dark").
        given: a digit from elsewhere; it is read until something is drawn.
        at: a unit to open, as a link says it.
        off: filters that are switched off, by layer and number.
        epoch: of the run, that was chosen; None: its newest.
        play: go through the run's epochs one after the other, now.
        present: for a projector: larger.
    """
    data = {
        "channel": CHANNEL,
        "token": token,
        "sheet": {
            "key": "sheet",
            "side": SIDE,
            "brush": BRUSH,
            "brushes": BRUSHES,
            "label": say("Drawing sheet"),
        },
        "layers": [{"name": each.name, "kind": each.kind, "shape": each.shape} for each in layers],
        "words": {
            "problems": dict(words.problems),
            "empty": words.empty,
            "steps": [{"sentence": s.sentence, "kinds": s.kinds} for s in words.steps],
        },
        "colours": {theme: vars(each) for theme, each in colours.items()},
        "given": None if given is None else {"number": given.number, "words": given.words},
        "at": None if at is None else vars(at),
        "off": [list(each) for each in off],
        "epoch": epoch,
        "play": play,
        "present": present,
    }
    said = _mount(
        key=key,
        data=data,
        on_train_change=_nothing,
        on_open_change=_nothing,
        on_place_change=_nothing,
        on_off_change=_nothing,
        on_drawn_change=_nothing,
    )
    place = said.get("place")
    return StageSteps(
        train=said.get("train") is not None,
        open=unit_of(said.get("open"), layers),
        opened=unit_of(place, layers),
        closed=isinstance(place, Mapping) and "layer" not in place,
        off=filters_of(said.get("off"), layers),
        drawn=said.get("drawn") is not None,
    )


def _nothing() -> None:
    """Streamlit wants a callback for what a component tells."""


def unit_of(said: object, layers: Sequence[ShownLayer]) -> StageUnit | None:
    """Return the unit in a message from the browser; None for what is no unit of these layers.

    Args:
        said: {"layer", "channel", "row", "column"} if all is well; the place may be None.
        layers: that are shown.
    """
    if not isinstance(said, Mapping):
        return None
    layer = next((each for each in layers if each.name == said.get("layer")), None)
    channel, row, column = (said.get(name) for name in ("channel", "row", "column"))
    if layer is None or not _within(channel, layer.shape[-1]):
        return None
    if len(layer.shape) == 3 and _within(row, layer.shape[0]) and _within(column, layer.shape[1]):
        return StageUnit(layer.name, channel, row, column)
    return StageUnit(layer.name, channel)


def filters_of(said: object, layers: Sequence[ShownLayer]) -> tuple[tuple[str, int], ...] | None:
    """Return the filters in a message from the browser; None for none, or a bad one.

    Args:
        said: {"filters": [{"layer", "channel"}, …]} if all is well; what is none of these layers'
            is left out.
        layers: that are shown.
    """
    listed = said.get("filters") if isinstance(said, Mapping) else None
    if not isinstance(listed, list) or len(listed) > MOST_OFF:
        return None
    units = [unit_of(each, layers) for each in listed]
    return tuple(dict.fromkeys((each.layer, each.channel) for each in units if each is not None))


def _within(number: object, count: int) -> TypeGuard[int]:
    # type() rather than isinstance: True is an int to Python, and not a place to us
    return type(number) is int and 0 <= number < count
