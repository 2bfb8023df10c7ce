"""Stage "grey": red, green and blue become one brightness."""

from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT, PreprocessingConfig
from model.preprocessing.sheet import Sheet

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""How bright the eye sees red, green and blue: ITU-R BT.601, as in JPEG."""


def grey(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Turn the picture into its brightness; when off, only its red part: red ink then vanishes."""
    return replace(sheet, brightness=brightness(sheet.picture, weighted=on))


def brightness(picture: np.ndarray, *, weighted: bool = True) -> np.ndarray:
    """Return the brightness of a picture, (h, w) or (h, w, 3) uint8, as float32 in [0, 1].

    Without `weighted` only the red channel is taken.
    """
    if picture.ndim == 2:
        return picture.astype(np.float32) / 255
    if not weighted:
        return picture[..., 0].astype(np.float32) / 255
    return (picture @ LUMINANCE) / 255
