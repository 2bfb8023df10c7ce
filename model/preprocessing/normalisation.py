"""Step "normalise": the darkest ink becomes 1 and paper 0."""

from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT, NormalisationConfig, PreprocessingConfig
from model.preprocessing.sheet import DigitInk


def normalised(
    digit: DigitInk, *, on: bool = True, config: PreprocessingConfig = DEFAULT
) -> DigitInk:
    """Stretch the strength so that full ink is 1; when off, faint pencil stays faint."""
    if not on or not digit.ink.any():
        return digit
    full = full_strength(digit.ink, config.normalisation)
    return replace(digit, ink=np.clip(digit.ink / full, 0, 1))


def full_strength(
    ink: np.ndarray, config: NormalisationConfig = DEFAULT.normalisation
) -> np.floating:
    """Return how strong full ink is: a high percentile of the ink, which a few spots do not move.

    Args:
        ink: (h, w) float32, somewhere above 0.
        config: the numbers of this stage.
    """
    result: np.floating = np.percentile(ink[ink > config.strong * ink.max()], config.percentile)
    return result
