"""Whatever a browser sends in the name of a component is a value that its page can use, or nothing.

DIGITSCOPE_JUNK says how many messages each component gets (10,000 for the full proof).
"""

import base64
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tests.junk import junk_message
from ui.classroom.channel.frames import (
    LARGEST,
    AnswerRequest,
    DigitRequest,
    HandRequest,
    Request,
    request_of,
)
from ui.components.canvas import SIDE, decoded, unpacked
from ui.components.classroom import checked_number
from ui.components.classroom import checked_pick as checked_digit
from ui.components.confusion import checked_pick as checked_cell
from ui.components.filmstrip import switched_off
from ui.components.maps import checked_click
from ui.components.overview import checked_opening
from ui.components.photo import checked_pick as checked_box
from ui.components.scatter import checked_pick as checked_point
from ui.components.stage import ShownLayer, filters_of, unit_of
from ui.state.connections.sockets import MalformedError

JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "300"))
SECONDS = 0.01
"""Of this process' own time for a message, in the mean; they take a fiftieth of it."""
LAYERS = (ShownLayer("conv1", "convolution", (26, 26, 32)), ShownLayer("dense", "dense", (64,)))
COLUMNS = [{"panels": [{"count": 3}, {"count": 1}]}, {"panels": [{"count": 10}]}]
STEPS = ("grey", "crop", "centre")
INK = base64.b64encode(bytes((255, 0) * 13 + (255, 255) * 14 + (171, 9))).decode()


def right_sheet(said: Any) -> bool:
    return said.ink.shape == (SIDE, SIDE) and bool(np.isfinite(said.ink).all())


def right_click(said: Any) -> bool:
    return 0 <= said.channel < 32 and 0 <= said.row < 26 and 0 <= said.column < 20


def right_unit(said: Any) -> bool:
    pixels = {"conv1": range(26), "dense": ()}[said.layer]
    return (said.row is None) == (said.column is None) and said.row in (None, *pixels)


def right_opening(said: Any) -> bool:
    count = COLUMNS[said.column]["panels"][said.panel]["count"]
    return said.channel is None or 0 <= said.channel < count


def within(*limits: int) -> Callable[[Any], bool]:
    def right(said: Any) -> bool:
        numbers = said if isinstance(said, tuple) else (said,)
        return all(
            type(n) is int and 0 <= n < most for n, most in zip(numbers, limits, strict=True)
        )

    return right


def right_filters(said: Any) -> bool:
    counts = {layer.name: layer.shape[-1] for layer in LAYERS}
    return all(0 <= channel < counts[name] for name, channel in said)


def requested(said: object) -> Request | None:
    """What the class's channel takes a message for; it is checked where it arrives, as text."""
    try:
        return request_of(json.dumps(said))
    except MalformedError:
        return None


def right_request(said: Request) -> bool:
    match said:
        case HandRequest(n, up):
            right = isinstance(up, bool)
        case AnswerRequest(n, question, round_, choice):
            right = len(question) <= 16 and within(10, 10)((round_, choice))
        case DigitRequest(n, number, digit, ink):
            sheet = unpacked(ink)
            right = within(10_000, 10)((number, digit)) and len(ink) <= LARGEST
            right = right and (sheet is None or sheet.shape == (SIDE, SIDE))
    return right and within(2**31)(n)


Case = tuple[Callable[[object], object], Callable[[Any], bool], Sequence[object]]
CASES: Mapping[str, Case] = {
    "canvas": (
        decoded,
        right_sheet,
        [
            {"ink": INK, "finished": True, "strokes": 1},
            {"ink": INK, "finished": False, "strokes": 9},
        ],
    ),
    "maps": (
        lambda said: checked_click(said, (26, 20, 32)),
        right_click,
        [[3, 4, 5], [31, 25, 19]],
    ),
    "stage": (
        lambda said: unit_of(said, LAYERS),
        right_unit,
        [{"layer": "conv1", "channel": 3, "row": 4, "column": 5}, {"layer": "dense", "channel": 9}],
    ),
    "overview": (
        lambda said: checked_opening(said, COLUMNS),
        right_opening,
        [{"column": 0, "panel": 1, "channel": 0}, {"column": 1, "panel": 0, "channel": None}],
    ),
    "scatter": (lambda said: checked_point(said, 1_000), within(1_000), [0, 999]),
    "photo": (lambda said: checked_box(said, 4), within(4), [0, 3]),
    "confusion": (checked_cell, within(10, 10), [[0, 9], [5, 5]]),
    "switched off": (
        lambda said: filters_of(said, LAYERS),
        right_filters,
        [{"filters": [{"layer": "conv1", "channel": 3}, {"layer": "dense", "channel": 9}]}],
    ),
    "class's sign": (checked_number, lambda said: type(said) is int and said >= 0, [0, 7]),
    "class's digits": (
        lambda said: checked_digit(said, {"0123456789abcdef", "1"}),
        lambda said: said in {"0123456789abcdef", "1"},
        ["0123456789abcdef", "1"],
    ),
    "class's channel": (
        requested,
        right_request,
        [
            {"do": "hand", "up": True, "n": 3},
            {"do": "answer", "question": "0123456789abcdef", "round": 1, "choice": 2, "n": 4},
            {"do": "digit", "number": 4, "digit": 7, "ink": INK, "n": 5},
        ],
    ),
    "filmstrip": (
        lambda said: switched_off(said, STEPS),
        lambda said: said <= set(STEPS),
        [{"off": ["grey"]}, {"off": []}],
    ),
}


@pytest.mark.parametrize("component", CASES)
def test_a_message_is_something_that_the_page_can_use_or_nothing(component: str) -> None:
    take, right, examples = CASES[component]
    chance = np.random.default_rng(11)
    refused = 0
    began = time.process_time()
    for number in range(JUNK):
        said = junk_message(examples[number % len(examples)], chance)
        result = take(said)
        assert result is None or right(result), repr(said)[:500]
        refused += result in (None, frozenset())
    assert time.process_time() - began < SECONDS * JUNK
    assert 0 < refused < JUNK
