"""What the pen's channel asks of a worker: readings as messages that go to the browser as they are.

`read_batch` takes what waits together, sends the digits that one network reads through it at once,
and makes each answer whole: the page's own process hands it on without opening it. A message is
one byte that says what it is, and a zlib stream: the length of a header (4 bytes, little endian),
the header as JSON, and the arrays that the header names one after the other. The header ends in
blanks so that the arrays begin at a multiple of four.

Maps travel as one byte a value, which is what a screen shows; what is shown as a number travels
exactly.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from model.evaluation.reading import known_rules
from model.evaluation.verdict import Judgement, Rules, Verdict, judge, number
from model.network import SIDE, LayerKind, Network, layers
from model.network.activations import ForwardPass, LayerOutput, layer_outputs
from model.network.digit_detector import detector
from model.preprocessing.pipeline import Problem, StepKey, from_ink
from model.preprocessing.sheet import Box

SHEET_SIDE = 84
"""Cells along an edge of the ink that arrives."""
FULL = 255
"""The byte of full ink, and of the largest value of a layer."""
MIDDLE, HALF = 128, 127
"""Of a layer that has negative values: the byte of zero, and how far the largest is from it."""
LEVEL = 1
"""Of zlib: the messages are a quarter of the arrays with it, and 2 % less with the default of 6."""


class MessageKind(IntEnum):
    """What a binary message to the browser is."""

    READING = 1
    ANSWER = 2


@dataclass(frozen=True)
class Ink:
    """What is on the sheet, as it travels.

    Attributes:
        packed: pairs of bytes (count, grey), row by row; 255 is full ink. See `is_sheet`.
        finished: whether the pen is up. While it is down, all ink is one digit.
        off: keys of the steps of preprocessing that are left out.
        followed: the place of the digit whose layers are wanted; None: the largest one.
    """

    packed: bytes
    finished: bool
    off: tuple[str, ...] = ()
    followed: int | None = None


@dataclass(frozen=True)
class GivenDigit:
    """A digit from elsewhere: `pixels` are 28 × 28 float32 in [0, 1], row by row."""

    pixels: bytes


@dataclass(frozen=True, eq=False)
class PenRequest:
    """One thing that the browser wants to know.

    Attributes:
        n: the browser's number of it, which the answer carries.
        network: that reads.
        title: what the screen calls the network.
        epoch: after which of its run's epochs it is; None where it is no run's.
        batch: how many of the epoch that runs are done; None where it is at an epoch's end.
        learning: whether it is another one in a moment: nobody measures then when it is sure.
        content: what is to be read.
    """

    n: int
    network: Network
    title: str
    epoch: int | None
    batch: int | None
    learning: bool
    content: Ink | GivenDigit


@dataclass(frozen=True, eq=False)
class PenAnswer:
    """What comes of a request.

    Attributes:
        message: for the browser, whole.
        digit: the digit that was followed, 28 × 28 float32 row by row; None where there is none.
        count: how many digits there were.
        followed: the place of the one among them.
    """

    message: bytes
    digit: bytes | None = None
    count: int = 0
    followed: int = 0


@dataclass(frozen=True, eq=False)
class _Found:
    """The digits of one request, before the network has seen them."""

    digits: np.ndarray  # (n, 28, 28) float32
    likeness: np.ndarray | None  # (n,); None where nobody has asked the detector yet
    boxes: tuple[Box, ...]
    followed: int
    problem: Problem | None
    finished: bool


def is_sheet(packed: bytes) -> bool:
    """Whether pairs of (count, grey) are a whole sheet. Cheap: the page's own process asks."""
    return len(packed) % 2 == 0 and sum(packed[::2]) == SHEET_SIDE**2


def read_batch(requests: Sequence[PenRequest]) -> list[PenAnswer]:
    """Answer requests that wait together. Runs in a worker: it loads TensorFlow.

    Args:
        requests: at least one; networks may differ.

    Raises:
        ValueError: ink that is no sheet, pixels that are no digit, or an unknown key in `off`.
    """
    found = _with_likeness([_found(request.content) for request in requests])
    places: dict[str, list[int]] = {}  # of the requests, by their network
    for place, request in enumerate(requests):
        places.setdefault(request.network.fingerprint, []).append(place)
    answers: dict[int, PenAnswer] = {}
    for together in places.values():
        network = requests[together[0]].network
        outputs = _outputs(network, np.concatenate([found[place].digits for place in together]))
        start = 0
        for place in together:
            end = start + len(found[place].digits)
            answers[place] = _answer(requests[place], found[place], outputs, start, end)
            start = end
    return [answers[place] for place in range(len(requests))]


def quantised(values: np.ndarray) -> tuple[np.ndarray, float, bool]:
    """Return values as bytes: the error is at most half a step, which is top / 255.

    Args:
        values: any shape, float32.

    Returns:
        The bytes, the largest |value|, and whether there are negative values: then a byte is
        128 + 127 · value / top, and a step is top / 127; else 255 · value / top.
    """
    lowest, highest = float(values.min()), float(values.max())
    top, signed = max(highest, -lowest), lowest < 0
    if not top:
        return np.zeros(values.shape, np.uint8), 0.0, False
    scaled = values * np.float32((HALF if signed else FULL) / top)
    if signed:
        scaled += MIDDLE
    scaled += np.float32(0.5)  # what is cut off next was then rounded
    return scaled.astype(np.uint8), top, signed


def message(
    kind: MessageKind, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> bytes:
    """Return a binary message to the browser.

    Args:
        kind: what it is.
        header: all but "arrays", which is made here. What is no finite number becomes null.
        arrays: uint8 or float32, by name.
    """
    parts = [(name, array) for name, array in arrays.items() if array.dtype == np.uint8]
    small = sum(array.size for _, array in parts)
    exact = [(name, array.astype("<f4", copy=False)) for name, array in arrays.items()]
    exact = [(name, array) for name, array in exact if arrays[name].dtype != np.uint8]
    listed = [
        {"name": name, "dtype": "u8" if array.itemsize == 1 else "f32", "shape": array.shape}
        for name, array in parts + exact
    ]
    text = json.dumps(finite({**header, "arrays": listed}), separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    content = [len(text).to_bytes(4, "little"), text]
    content += [array.tobytes() for _, array in parts]
    content += [bytes(-small % 4 if exact else 0), *(array.tobytes() for _, array in exact)]
    return bytes([kind]) + zlib.compress(b"".join(content), LEVEL)


def finite(value: Any) -> Any:
    """Return the same for JSON, which knows no other numbers: None for what is not finite."""
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return value


def _found(content: Ink | GivenDigit) -> _Found:
    if isinstance(content, GivenDigit):
        digit = np.frombuffer(content.pixels, np.float32).reshape(1, SIDE, SIDE)
        return _Found(digit, None, (), 0, None, finished=True)
    off = frozenset(content.off)
    if not content.finished:
        off |= {StepKey.DIGITS}  # half a digit may be several pieces
    prepared = from_ink(_unpacked(content.packed), off=off)
    found = prepared.digits
    if not found:
        problem = prepared.problem if content.finished else Problem.BLANK
        nothing = np.zeros((0, SIDE, SIDE), np.float32)
        return _Found(nothing, nothing[:, 0, 0], (), 0, problem, content.finished)
    digits = np.stack([each.digit for each in found])
    known = np.array([each.likeness for each in found]) if StepKey.DIGITS not in off else None
    followed = content.followed
    if followed is None or not 0 <= followed < len(found):
        sizes = [each.size for each in found]
        followed = sizes.index(max(sizes))
    boxes = tuple(each.box for each in found)
    return _Found(digits, known, boxes, followed, None, content.finished)


def _unpacked(packed: bytes) -> np.ndarray:
    """(84, 84) float32 in [0, 1]."""
    if not is_sheet(packed):
        raise ValueError(f"Expected pairs of a count and a grey for {SHEET_SIDE}² cells.")
    pairs = np.frombuffer(packed, np.uint8)
    greys = pairs[1::2].astype(np.float32) / np.float32(FULL)
    return np.repeat(greys, pairs[::2]).reshape(SHEET_SIDE, SHEET_SIDE)


def _with_likeness(found: list[_Found]) -> list[_Found]:
    """Ask the detector once, of all digits that nobody has asked it about."""
    open_ones = [each for each in found if each.likeness is None]
    if not open_ones:
        return found
    likeness = detector().likeness(np.concatenate([each.digits for each in open_ones]))
    parts = iter(np.split(likeness, np.cumsum([len(each.digits) for each in open_ones])[:-1]))
    return [
        _Found(each.digits, next(parts), each.boxes, each.followed, each.problem, each.finished)
        if each.likeness is None
        else each
        for each in found
    ]


def _outputs(network: Network, digits: np.ndarray) -> tuple[LayerOutput, ...]:
    """What every layer makes of all digits, each with one more axis, the first."""
    table = layers(network.config)
    batches = list(layer_outputs(network, digits, [layer.name for layer in table]))
    if len(batches) == 1:
        return tuple(batches[0].values())
    return tuple(
        LayerOutput(
            layer,
            *(
                np.concatenate([part[layer.name].before for part in batches] or [_none(layer)]),
                np.concatenate([part[layer.name].after for part in batches] or [_none(layer)]),
            ),
        )
        for layer in table
    )


def _none(layer: Any) -> np.ndarray:
    return np.zeros((0, *layer.output_shape), np.float32)


def _answer(
    request: PenRequest, found: _Found, outputs: tuple[LayerOutput, ...], start: int, end: int
) -> PenAnswer:
    """The answer to one request, whose digits are some of those that the network has read."""
    header: dict[str, Any] = {
        "n": request.n,
        "finished": found.finished,
        "digit": None,
        "network": {
            "fingerprint": request.network.fingerprint,
            "title": request.title,
            "epoch": request.epoch,
            "batch": request.batch,
        },
        "boxes": found.boxes,
        "problem": found.problem,
    }
    if start == end:
        return PenAnswer(message(MessageKind.READING, header | _NOTHING, {}))
    here = start + found.followed
    inside = ForwardPass(
        found.digits[found.followed],
        tuple(LayerOutput(each.layer, each.before[here], each.after[here]) for each in outputs),
    )
    rules = None if request.learning else known_rules(request.network)
    assert found.likeness is not None
    verdicts = [
        judge(row, float(like), rules, finished=found.finished)
        for row, like in zip(outputs[-1].after[start:end], found.likeness, strict=True)
    ]
    arrays = {"input": np.rint(inside.digit * FULL).astype(np.uint8)}
    header["layers"] = [_layer(output, arrays) for output in inside.layers]
    header |= _verdict(verdicts[found.followed], rules) | {
        "rules": None if rules is None else _rules(rules),
        "probabilities": inside.probabilities.tolist(),
        "logits": inside.logits.tolist(),
        "number": number(verdicts, found.boxes) if found.finished and len(verdicts) > 1 else "",
        "followed": found.followed,
        "path": None,
    }
    digit = np.ascontiguousarray(inside.digit).tobytes()
    return PenAnswer(
        message(MessageKind.READING, header, arrays), digit, len(verdicts), found.followed
    )


_NOTHING: dict[str, Any] = {
    "judgement": None,
    "probability": None,
    "margin": None,
    "runner_up": None,
    "rules": None,
    "probabilities": [],
    "logits": [],
    "number": "",
    "followed": None,
    "layers": [],
    "path": None,
}


def _verdict(verdict: Verdict, rules: Rules | None) -> dict[str, Any]:
    unknown = rules is None and verdict.judgement is Judgement.SURE
    return {
        "digit": verdict.digit,
        "judgement": None if unknown else verdict.judgement.name.lower(),
        "probability": verdict.probability,
        "margin": verdict.margin,
        "runner_up": verdict.runner_up,
    }


def _rules(rules: Rules) -> dict[str, float]:
    return {"sure": rules.sure, "coverage": rules.coverage, "right": rules.right}


def _layer(output: LayerOutput, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """A layer's entry in the header; its values go to `arrays`."""
    layer, top, signed = output.layer, 0.0, False
    if layer.has_maps:
        values, top, signed = quantised(output.after)
        arrays[layer.name] = np.ascontiguousarray(values.transpose(2, 0, 1))
    elif layer.kind is LayerKind.DENSE:
        arrays[layer.name] = output.after
        top = float(np.abs(output.after).max())
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": layer.output_shape,
        "window": layer.window,
        "stride": layer.stride,
        "activation": layer.activation,
        "top": top,
        "signed": signed,
    }
