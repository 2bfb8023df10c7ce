"""What travels on the pen's channel as text or ink: what the browser asks, what it is told.

What comes back of a reading is made in the worker: see `model.evaluation.pen_reading`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from model.evaluation.pen_message import as_json
from model.evaluation.pen_request import is_sheet
from model.interpretability.contributions import Unit
from model.network import CLASSES
from model.runs import EpochScores, Run, RunState
from ui.state.connections.sockets import MalformedError, fields_of, number_in

LARGEST = 16 * 1024
"""Bytes of a frame: ink of which no two cells are alike takes 14 kB."""
INK = 1
FINISHED = 1
HEAD = 6  # bytes before the ink: what it is, flags, n
NUMBERS = 2**32
LONGEST_NAME = 32
DIGITS = 4
"""Significant ones of a point of a curve."""

Do = Literal["pause", "resume", "batch", "epoch", "stop", "more"]


@dataclass(frozen=True)
class InkFrame:
    """What is on the sheet; `finished` while the pen is up."""

    n: int
    finished: bool
    packed: bytes


@dataclass(frozen=True)
class GivenFrame:
    """Read the digit from elsewhere."""

    n: int


@dataclass(frozen=True)
class EpochFrame:
    """Read with the shown run's network after an epoch; None: its newest."""

    n: int
    epoch: int | None


@dataclass(frozen=True)
class PathFrame:
    """What speaks for an output; None: for the answer."""

    n: int
    output: int | None


@dataclass(frozen=True)
class UnitFrame:
    """What a unit is made of: its largest contributions, or its `whole` sum."""

    n: int
    unit: Unit
    whole: bool


@dataclass(frozen=True)
class FollowFrame:
    """Of several digits on the sheet, show the layers of the one at a place."""

    n: int
    place: int


@dataclass(frozen=True)
class RunFrame:
    """Steer the shown run."""

    do: Do


Frame = InkFrame | GivenFrame | EpochFrame | PathFrame | UnitFrame | FollowFrame | RunFrame


def frame_of(raw: bytes | str) -> Frame:
    """Return what a frame asks.

    Raises:
        MalformedError: no page of this app sends that.
    """
    return _ink(raw) if isinstance(raw, bytes) else _asked(fields_of(raw))


def _ink(raw: bytes) -> InkFrame:
    if len(raw) < HEAD or raw[0] != INK or raw[1] not in (0, FINISHED):
        raise MalformedError
    if not is_sheet(raw[HEAD:]):
        raise MalformedError
    return InkFrame(int.from_bytes(raw[2:HEAD], "little"), bool(raw[1]), raw[HEAD:])


def _asked(fields: Mapping[str, Any]) -> Frame:
    match fields.get("ask"):
        case "given":
            return GivenFrame(_number(fields, "n"))
        case "epoch":
            return EpochFrame(_number(fields, "n"), _maybe(fields, "epoch"))
        case "path":
            output = _maybe(fields, "output")
            if output is None or output < CLASSES:
                return PathFrame(_number(fields, "n"), output)
        case "why" | "sum" as ask if isinstance(fields.get("layer"), str):
            row, column = _maybe(fields, "row"), _maybe(fields, "column")
            unit = Unit(fields["layer"][:LONGEST_NAME], _number(fields, "channel"), row, column)
            return UnitFrame(_number(fields, "n"), unit, ask == "sum")
        case "follow":
            return FollowFrame(_number(fields, "n"), _number(fields, "place"))
        case "run" if fields.get("do") in get_args(Do):
            return RunFrame(fields["do"])
    raise MalformedError


def _number(fields: Mapping[str, Any], name: str) -> int:
    return number_in(fields, name, NUMBERS)


def _maybe(fields: Mapping[str, Any], name: str) -> int | None:
    return None if fields.get(name) is None else _number(fields, name)


@dataclass(frozen=True)
class Told:
    """What the browser has already been told of a run."""

    run: str = ""  # its id
    generation: int = 0
    points: int = 0
    epochs: int = 0  # of the history
    figures: tuple[object, ...] = ()  # everything else


def run_news(run: Run | None, told: Told | None) -> tuple[str | None, Told]:
    """Return what is new of a run as a message, None where nothing is, and what is told then.

    Args:
        run: the one that is shown.
        told: what the browser knows; None: nothing yet.
    """
    if run is None:
        nothing = Told()
        return (None if told == nothing else _text(kind="run", phase=None)), nothing
    state = run.state()
    before = told if told is not None and told.run == run.id else None
    same = before is not None and before.generation == state.generation
    since = before.points if before is not None and same else 0
    figures = _figures(run, state)
    now = Told(
        run.id,
        state.generation,
        len(state.losses),
        len(state.history),
        tuple(figures.values()),
    )
    if now == before:
        return None, now
    new = slice(since, None)
    history_changed = before is None or not same or before.epochs != now.epochs
    whole = {"history": [_epoch(scores) for scores in state.history]} if history_changed else {}
    return _text(
        kind="run",
        id_changed=before is None,
        **figures,
        seconds_left=state.seconds_left,
        **{"from": since},
        generation=state.generation,
        x=_points(state.positions[new]),
        loss=_points(state.losses[new]),
        accuracy=_points(state.accuracies[new]),
        **whole,
    ), now


def _figures(run: Run, state: RunState) -> dict[str, Any]:
    """What a browser is told of a run beside its curves."""
    return {
        "phase": state.phase,
        "reason": state.reason.cause if state.reason else None,
        "epoch": state.epoch,
        "target": state.target,
        "batch": state.batch,
        "batches": state.batches,
        "images_per_second": state.images_per_second,
        "seconds": state.seconds,
        "epochs": list(run.epochs),
    }


def _epoch(scores: EpochScores) -> dict[str, Any]:
    return {
        "epoch": scores.epoch,
        "loss": scores.training.loss,
        "accuracy": scores.training.accuracy,
        "validation_loss": scores.validation.loss,
        "validation_accuracy": scores.validation.accuracy,
    }


def _points(values: np.ndarray) -> list[float | None]:
    """Numbers for a curve; null for what is none, as the loss of a training that has diverged."""
    return [float(f"{v:.{DIGITS}g}") if math.isfinite(v) else None for v in values.tolist()]


def fault_text(n: int, fault: str, words: str) -> str:
    """Say that a request could not be answered.

    Args:
        n: the request's number.
        fault: its key.
        words: the same as a sentence.
    """
    return _text(kind="fault", n=n, fault=fault, words=words)


READY = '{"kind":"ready"}'
"""The engine answers again."""
GIVEN = '{"kind":"given"}'
"""What the page shows has changed, and a reading of it follows by itself."""


def _text(**fields: Any) -> str:
    return as_json(fields)
