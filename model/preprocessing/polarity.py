"""Stage before "light": light ink on a dark sheet is turned round, so that ink is dark."""

from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT, PolarityConfig, PreprocessingConfig
from model.preprocessing.illumination import filled, reduced
from model.preprocessing.sheet import Sheet


def dark_ink(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Turn a sheet round that has light ink; when off, whatever is dark counts as ink."""
    if not on or not is_light_on_dark(sheet.brightness, config.polarity):
        return sheet
    return replace(sheet, brightness=1 - sheet.brightness)


def is_light_on_dark(brightness: np.ndarray, config: PolarityConfig = DEFAULT.polarity) -> bool:
    """Tell chalk from ink: whether the narrow things on a sheet are brighter than the rest.

    Narrow dark things are what a grey closing fills, narrow bright ones what an opening takes off
    (Serra 1982). Both are measured at several widths: strokes and printed lines show from the
    smallest on, the inside of a loop, a lit stripe or a lamp's spot in the larger ones alone.
    Boards and screens are dark as a whole: the brighter a sheet, the clearer its bright strokes
    must be.
    """
    from scipy import ndimage

    longest = max(brightness.shape)
    if longest <= config.small_file:  # strokes may be a quarter of so small a file
        around = ndimage.uniform_filter(brightness, max(3, round(longest / 2)), mode="nearest")
        return float(((brightness - around) ** 3).sum()) > 0
    small = reduced(brightness, config.side)
    score = 0.0
    for share in config.widths:
        window = round(share * max(small.shape)) | 1
        # The third power: few clear strokes count for more than much grain.
        dark, bright = (
            float(((filled(each, window) - each) ** 3).mean()) ** (1 / 3)
            for each in (small, -small)
        )
        said = np.log((bright + 1e-3) / (dark + 1e-3))
        score += float(np.clip(said, -config.clearly, config.clearly))
    return score > config.paper_bias * (float(np.median(small)) - config.dark_sheet)
