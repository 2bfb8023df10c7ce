"""How a message looks that goes to the browser on the pen's channel.

One byte says what it is. A zlib stream follows: the length of a header (4 bytes, little endian),
the header as JSON, and the arrays that the header names, one after the other. The header ends in
blanks so that the arrays begin at a multiple of four.

Maps travel as one byte a value, which is what a screen shows; what is shown as a number travels
exactly.
"""

import json
import zlib
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import numpy as np

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
    text = as_json({**header, "arrays": listed}).encode()
    text += b" " * (-len(text) % 4)
    content = [len(text).to_bytes(4, "little"), text]
    content += [array.tobytes() for _, array in parts]
    content += [bytes(-small % 4 if exact else 0), *(array.tobytes() for _, array in exact)]
    return bytes([kind]) + zlib.compress(b"".join(content), LEVEL)


def as_json(value: Any) -> str:
    """Return a value as JSON, which knows finite numbers alone: others become null."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:  # seldom: to look at each number costs as much as all else
        return json.dumps(_finite(value), separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
