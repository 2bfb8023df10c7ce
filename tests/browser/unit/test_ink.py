"""The ink that the canvas packs, against what Python unpacks."""

import numpy as np
import pytest

from ui.components.canvas import SIDE, decoded

pytestmark = pytest.mark.browser
FINE = 4


def rgba(sheet: np.ndarray) -> bytes:
    """A grey sheet, (side, side) uint8, as a canvas gives its pixels."""
    opaque = np.full_like(sheet, 255)
    return np.stack([sheet, sheet, sheet, opaque], axis=2).tobytes()


def sheets() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    edge = SIDE * FINE
    stroke = np.zeros((edge, edge), np.uint8)
    stroke[40:300, 150:177] = 255
    stroke[300:304, 150:177] = 90  # a soft end
    corner = np.zeros((edge, edge), np.uint8)
    corner[-1, -1] = 255  # the last run of the last row, and the smallest trace of ink
    return {
        "noise": rng.integers(0, 256, (edge, edge)).astype(np.uint8),
        "stroke": stroke,
        "full": np.full((edge, edge), 255, np.uint8),
        "corner": corner,
    }


@pytest.mark.parametrize("kind", sheets())
def test_what_is_packed_is_the_mean_of_each_cell(javascript, kind: str) -> None:
    sheet = sheets()[kind]
    (text,) = javascript("canvas/ink.js", "packed")([rgba(sheet), SIDE])
    drawn = decoded({"ink": text, "finished": True, "strokes": 1})
    cells = sheet.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    assert drawn is not None
    np.testing.assert_array_equal(drawn.ink, np.floor(cells + 0.5).astype(np.float32) / 255)


def test_runs_are_short_where_a_digit_is_drawn(javascript) -> None:
    (text,) = javascript("canvas/ink.js", "packed")([rgba(sheets()["stroke"]), SIDE])
    assert len(text) < 1_500
