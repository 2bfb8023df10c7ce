"""Step "centre": a digit is laid on 28×28 with its centre of mass in the middle, as in MNIST."""

from dataclasses import replace

import numpy as np

from model.network.architecture import SIDE
from model.preprocessing.configuration import DEFAULT, PreprocessingConfig
from model.preprocessing.sheet import DigitInk


def centred(digit: DigitInk, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> DigitInk:
    """Lay a digit on the 28×28 field; when off, it stays in the upper left corner."""
    return replace(digit, ink=placed(digit.picture, centred=on), fine=1)


def placed(ink: np.ndarray, *, centred: bool = True) -> np.ndarray:
    """Lay ink, (h, w) float32, on the 28×28 field; its centre moves by whole pixels as in MNIST."""
    top = left = 0
    if centred and ink.sum() > 0:
        total = float(ink.sum())
        rows, columns = np.arange(ink.shape[0]), np.arange(ink.shape[1])
        # MNIST's test digits have their centre of mass at 14.0 ± 0.5 in both directions. Not by
        # `ndimage.center_of_mass`: its last bit differs, and half a pixel decides.
        top = int(np.floor(SIDE / 2 - float(ink.sum(axis=1) @ rows) / total + 0.5))
        left = int(np.floor(SIDE / 2 - float(ink.sum(axis=0) @ columns) / total + 0.5))
    field = np.zeros((SIDE, SIDE), np.float32)
    source = ink[max(0, -top) : SIDE - top, max(0, -left) : SIDE - left]
    top, left = max(0, top), max(0, left)
    field[top : top + source.shape[0], left : left + source.shape[1]] = source
    return field
