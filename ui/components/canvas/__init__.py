"""The sheet on which a digit is drawn, with mouse, finger or pen.

`canvas.js` keeps the strokes and paints them; what arrives here is the ink, while the pen moves and
when it is lifted. The browser decides what it sends, so that everything is checked on arrival.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ui.components import component
from ui.locale import say

SIDE = 84  # cells along an edge of the ink: three for each of the 28 pixels that a network receives
BRUSHES = (3, 14)  # narrowest and widest, in per cent of the sheet's side
BRUSH = 8  # MNIST's strokes: 1/8 of the digit's longer side (median), which is 2/3 of a sheet

_LONGEST = 4 * (2 * SIDE * SIDE + 2) // 3  # characters of base64 when no two cells are alike
_mount = component("canvas")


@dataclass(frozen=True, eq=False)  # == of arrays is an array, not an answer
class DrawnSheet:
    """What is on the sheet.

    Attributes:
        ink: (SIDE, SIDE) float32 in [0, 1], read-only; 1 is ink, 0 paper, in every theme.
        finished: the pen is up; while it is down, the next update follows at once.
        strokes: how many there are, the one under the pen included; at least 1.
    """

    ink: np.ndarray
    finished: bool
    strokes: int


def canvas(
    key: str,
    *,
    brush: int = BRUSH,
    label: str = "",
    hint: str = "",
) -> DrawnSheet | None:
    """Show a sheet to draw on, with undo, redo, clear and the width of the brush.

    The ink arrives 11 to 12 times a second while the pen moves, and at once when it is lifted: call
    this in an `st.fragment`, so that only what depends on the drawing runs that often. The strokes
    are kept by the browser's tab under `key`. When the sheet is shown again, after a change of page
    or a reload, the first run returns None and the ink follows.

    Args:
        key: names the sheet in its tab; two sheets on a page need two keys.
        brush: width to begin with, in per cent of the sheet's side; the person can change it.
        label: what this sheet is, for screen readers; "Drawing sheet".
        hint: stands on the sheet while it is empty; "Draw a digit".

    Returns:
        The drawing; None when the sheet is empty or nothing has arrived yet.

    Raises:
        ValueError: a brush that is not among `BRUSHES`.
    """
    if not BRUSHES[0] <= brush <= BRUSHES[1]:
        raise ValueError(f"expected a brush of {BRUSHES[0]} to {BRUSHES[1]} per cent, got {brush}")
    data = {
        "key": key,
        "side": SIDE,
        "brush": brush,
        "brushes": BRUSHES,
        "label": label or say("Drawing sheet"),
        "hint": hint or say("Draw a digit"),
    }
    result = _mount(key=key, data=data, default={"drawing": None}, on_drawing_change=lambda: None)
    return decoded(result.get("drawing"))


def decoded(message: object) -> DrawnSheet | None:
    """Return the drawing in a message from the browser; None for a bad message.

    Args:
        message: {"ink", "finished", "strokes"} if all is well. The ink is base64 of pairs of bytes
            (count, grey), row by row; 255 is full ink.

    Returns:
        The drawing, or None when there is no ink.
    """
    if not isinstance(message, Mapping):
        return None
    finished, strokes = message.get("finished"), message.get("strokes")
    # type() rather than isinstance: True is an int to Python, and not a count to us
    if type(finished) is not bool or type(strokes) is not int or strokes < 1:
        return None
    ink = unpacked(message.get("ink"))
    if ink is None or not ink.any():
        return None
    return DrawnSheet(ink, finished, strokes)


def unpacked(text: object) -> np.ndarray | None:
    """Return the ink that the browser packed, (SIDE, SIDE) float32; None for anything else."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        pairs = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    except ValueError:  # not base64, or not even ASCII
        return None
    if pairs.size % 2:
        return None
    counts, greys = pairs[0::2], pairs[1::2]
    if int(counts.sum(dtype=np.int64)) != SIDE * SIDE:
        return None
    ink = np.repeat(greys, counts).astype(np.float32).reshape(SIDE, SIDE) / np.float32(255)
    ink.flags.writeable = False
    return ink
