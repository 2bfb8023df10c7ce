"""The browser's half of the pen's channel, for tests and benchmarks: ink out, messages in."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.data.mnist import embedded
from model.evaluation.pen_message import MessageKind
from model.evaluation.pen_request import SHEET_SIDE


@dataclass(frozen=True)
class Message:
    """A binary message, opened."""

    kind: MessageKind
    header: dict[str, Any]
    arrays: dict[str, np.ndarray]


def opened(raw: bytes) -> Message:
    content = zlib.decompress(raw[1:])
    at = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:at])
    payload, arrays = content[at:], {}
    assert at % 4 == 0, "arrays of floats begin at a multiple of four"
    start = 0
    for entry in header["arrays"]:
        dtype: np.dtype = np.dtype({"u8": "u1", "f32": "<f4"}[entry["dtype"]])
        start += -start % dtype.itemsize
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(payload, dtype, count, start)
        arrays[entry["name"]] = values.reshape(entry["shape"])
        start += count * dtype.itemsize
    assert start == len(payload)
    return Message(MessageKind(raw[0]), header, arrays)


def digit_sheet(place: int) -> np.ndarray:
    """(84, 84) uint8: a test digit, as large as the sheet."""
    images = embedded().test.images
    return np.kron(images[place % len(images)], np.ones((3, 3), np.uint8))


def packed(sheet: np.ndarray) -> bytes:
    """Pairs of (count, grey), as the sheet packs its ink."""
    flat = sheet.ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=int(flat[0]) ^ 1))
    pairs = bytearray()
    for start, end in zip(starts, [*starts[1:], flat.size], strict=True):
        left = int(end - start)
        while left:
            pairs += bytes((min(left, 255), flat[start]))
            left -= min(left, 255)
    return bytes(pairs)


def ink_frame(n: int, sheet: np.ndarray, finished: bool = True) -> bytes:
    return bytes((1, finished)) + n.to_bytes(4, "little") + packed(sheet)


EMPTY = np.zeros((SHEET_SIDE, SHEET_SIDE), np.uint8)


def two_digits() -> np.ndarray:
    """(84, 84) uint8: two test digits side by side."""
    sheet = EMPTY.copy()
    for left, place in ((2, 1), (44, 2)):
        sheet[22:62, left : left + 40] = np.kron(
            digit_sheet(place)[::3, ::3][4:24, 4:24], np.ones((2, 2), np.uint8)
        )
    return sheet
