"""Says of a picture whether it looks like a digit at all, whatever network reads it.

Ten probabilities always sum to 1, also for a letter, so no network of ten classes can say "none of
these". A second, small network can: it has eleven classes, the ten digits and "no digit", and has
learned from digits of many hands and from letters, doodles, shapes and scribbles ("outlier
exposure", Hendrycks, Mazeika and Dietterich 2019, "Deep anomaly detection with outlier exposure").
`python -m model.train_detector` makes it; `model/pretrained/detector.json` says how it was made and
what it refuses.

It judges the picture alone. So its word is the same for every network that is shown, and there
from the first epoch on. It is computed with NumPy, in the page's own process: a millisecond.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from model.network.architecture import SIDE
from model.network.shipped import FOLDER

WEIGHTS = "detector.npz"
CARD = "detector.json"
BATCH = 250
ANSWERS = 11
"""The ten digits, and no digit."""
LAYERS = ("first", "second", "third", "dense", "output")
SHAPES = {
    "first": (3, 3, 1, 16),
    "second": (3, 3, 16, 32),
    "third": (3, 3, 32, 48),
    "dense": (432, 64),
    "output": (64, ANSWERS),
}
"""The kernels; each layer has a bias too. Pooling 2×2 follows the first two."""


@dataclass(frozen=True, eq=False)
class Detector:
    """The detector's weights and its limit.

    Attributes:
        kernels: by layer, of the `SHAPES`, float32.
        biases: by layer.
        limit: what is less like a digit than this does not look like one.
    """

    kernels: dict[str, np.ndarray]
    biases: dict[str, np.ndarray]
    limit: float

    def likeness(self, pictures: np.ndarray) -> np.ndarray:
        """Return how much pictures look like a digit: (n,) float32 from 0 to 1. See `answers`."""
        result: np.ndarray = likeness_of(self.answers(pictures))
        return result

    def answers(self, pictures: np.ndarray) -> np.ndarray:
        """Return the probabilities of the ten digits and of "no digit": (n, 11) float32.

        Args:
            pictures: (n, 28, 28) float32 in [0, 1]; ink is 1.

        Raises:
            ValueError: another shape.
        """
        if pictures.ndim != 3 or pictures.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"Expected (n, {SIDE}, {SIDE}), got {pictures.shape}.")
        parts = [
            self._answers(pictures[start : start + BATCH].astype(np.float32))
            for start in range(0, len(pictures), BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, ANSWERS), np.float32)

    def accepts(self, pictures: np.ndarray) -> np.ndarray:
        """Whether pictures look like a digit: (n,) bool. See `likeness`."""
        result: np.ndarray = self.likeness(pictures) >= self.limit
        return result

    def _answers(self, pictures: np.ndarray) -> np.ndarray:
        maps = _pooled(self._convolved("first", pictures[..., None]))
        maps = _pooled(self._convolved("second", maps))
        maps = self._convolved("third", maps)
        dense = maps.reshape(len(maps), -1) @ self.kernels["dense"] + self.biases["dense"]
        scores = np.maximum(dense, 0) @ self.kernels["output"] + self.biases["output"]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        result: np.ndarray = scores / scores.sum(axis=1, keepdims=True)
        return result

    def _convolved(self, layer: str, maps: np.ndarray) -> np.ndarray:
        """Convolve (n, h, w, channels) with a layer's kernels and apply ReLU."""
        kernel = self.kernels[layer]
        windows = np.lib.stride_tricks.sliding_window_view(maps, kernel.shape[:2], axis=(1, 2))
        n, height, width = windows.shape[:3]
        rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * height * width, -1)
        sums = rows @ kernel.reshape(-1, kernel.shape[-1]) + self.biases[layer]
        result: np.ndarray = np.maximum(sums, 0).reshape(n, height, width, -1)
        return result


def likeness_of(answers: np.ndarray) -> np.ndarray:
    """How much like a digit that is which got these `Detector.answers`, (…, 11): from 0 to 1."""
    result: np.ndarray = answers[..., :-1].sum(axis=-1)
    return result


def _pooled(maps: np.ndarray) -> np.ndarray:
    """The largest of every 2×2; an odd row or column at the end is left out."""
    height, width = maps.shape[1] // 2 * 2, maps.shape[2] // 2 * 2
    even = maps[:, :height, :width]
    rows = np.maximum(even[:, ::2], even[:, 1::2])
    result: np.ndarray = np.maximum(rows[:, :, ::2], rows[:, :, 1::2])
    return result


@lru_cache(maxsize=1)
def detector() -> Detector:
    """The shipped detector.

    Raises:
        ValueError: its file does not hold what it should.
    """
    with np.load(FOLDER / WEIGHTS, allow_pickle=False) as file:
        kernels = {name: file[f"{name}/kernel"].astype(np.float32) for name in LAYERS}
        biases = {name: file[f"{name}/bias"].astype(np.float32) for name in LAYERS}
    if {name: kernel.shape for name, kernel in kernels.items()} != SHAPES:
        raise ValueError(f"The arrays of {WEIGHTS} are not the detector's.")
    return Detector(kernels, biases, float(detector_card()["limit"]))


@lru_cache(maxsize=1)
def detector_card() -> dict[str, Any]:
    """How the detector was made: examples, settings, limit, and what it refuses and lets pass."""
    values: dict[str, Any] = json.loads((FOLDER / CARD).read_text(encoding="utf-8"))
    return values
