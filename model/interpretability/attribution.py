"""Which pixels speak for which digit: four ways to explain one answer.

What is explained is the score of each digit before softmax (its logit). Probabilities add up to 1,
so that each of them mixes the reasons of all ten digits; a score is one digit's own.

- Occlusion: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks".
- Gradient × input: Shrikumar, Greenside, Shcherbina and Kundaje 2016, "Not just a black box".
- Integrated gradients: see `model.interpretability.integrated_gradients`.
- Grad-CAM: Selvaraju et al. 2017, "Grad-CAM: visual explanations from deep networks via
  gradient-based localization".

`attribute` runs in a worker: it loads TensorFlow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.interpretability.gradients import layer_gradients, pixel_gradients
from model.interpretability.integrated_gradients import integrated, shares_missed
from model.network import CLASSES, SIDE, Layer, LayerKind, Network, NetworkConfig, layers
from model.network.activations import check_digit
from model.network.forward import logits_and_probabilities

ALL = tuple(range(CLASSES))
WINDOWS = (1, 3, 5, 7)
"""Sides that the window of occlusion may have, in pixels: odd, so that it has a middle pixel."""


class AttributionMethod(StrEnum):
    """A way to explain."""

    OCCLUSION = "occlusion"
    GRADIENT_INPUT = "gradient × input"
    INTEGRATED = "integrated gradients"
    GRAD_CAM = "Grad-CAM"


@dataclass(frozen=True)
class Settings:
    """What can be chosen.

    Attributes:
        window: side of the square that occlusion covers, one of `WINDOWS`.
        cover: what it is covered with, 0 (paper) to 1 (ink).
        layer: whose maps Grad-CAM weighs; None: see `usual_layer`.
    """

    window: int = 5
    cover: float = 0.0
    layer: str | None = None


@dataclass(frozen=True, eq=False)
class Attribution:
    """Heat maps, one for each digit that was asked about.

    Attributes:
        classes: those digits.
        maps: (28, 28, digits) float32 in units of the score: positive pixels speak for the digit.
        native: (height, width, digits), Grad-CAM's own cells before smoothing; else None.
        layer: whose maps Grad-CAM weighed; else None.
        changes: (digits,) float64, what the score gained from blank paper to the digit, where
            the method promises that its map adds up to that (integrated gradients); else None.
        points: (digits,) how many pictures between paper and digit each map of integrated
            gradients was made from; else None.
    """

    classes: tuple[int, ...]
    maps: np.ndarray
    native: np.ndarray | None = None
    layer: Layer | None = None
    changes: np.ndarray | None = None
    points: np.ndarray | None = None

    @property
    def sums(self) -> np.ndarray:
        """(digits,) float64, what each map adds up to."""
        total: np.ndarray = self.maps.sum(axis=(0, 1), dtype=np.float64)
        return total

    @property
    def gaps(self) -> np.ndarray:
        """(digits,) by which share of the score's change each map misses it; 0 is complete.

        A change smaller than `SMALLEST_CHANGE` counts as that.

        Raises:
            ValueError: the method does not promise that its maps add up.
        """
        if self.changes is None:
            raise ValueError("This method does not promise that its maps add up to anything.")
        return shares_missed(self.sums, self.changes)


def cam_layers(config: NetworkConfig) -> tuple[Layer, ...]:
    """The layers that Grad-CAM can weigh: those with feature maps."""
    return tuple(layer for layer in layers(config) if layer.has_maps)


def usual_layer(config: NetworkConfig) -> Layer | None:
    """The last convolution, as in the publication; None where there is none.

    Its cells are few, but one mean gradient for a whole map is a fair weight only close to the
    answer: over 60 test digits 90 % of the shipped network's map for the true digit speaks for it
    here, and 12 % in the second convolution.
    """
    convolutions = [each for each in layers(config) if each.kind is LayerKind.CONVOLUTION]
    return convolutions[-1] if convolutions else None


def attribute(
    network: Network,
    digit: np.ndarray,
    method: AttributionMethod,
    settings: Settings | None = None,
    classes: Sequence[int] = ALL,
) -> Attribution:
    """Return the heat map of each digit that is asked about.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1]; ink is 1, paper 0.
        method: the way to explain.
        settings: None: the defaults.
        classes: digits, 0 to 9.

    Raises:
        ValueError: a digit, class or setting that does not fit, or Grad-CAM without feature maps.
    """
    check_digit(digit)
    chosen, settings = tuple(classes), settings or Settings()
    if not chosen or not set(chosen) <= set(ALL):
        raise ValueError(f"Expected digits from 0 to 9, got {chosen}.")
    match method:
        case AttributionMethod.OCCLUSION:
            return Attribution(chosen, occlusion(network, digit, settings)[:, :, list(chosen)])
        case AttributionMethod.GRADIENT_INPUT:
            gradients = pixel_gradients(network, digit[None], chosen)[0]
            return Attribution(chosen, gradients * digit[:, :, None])
        case AttributionMethod.INTEGRATED:
            found = integrated(network, digit, chosen)
            return Attribution(chosen, found.maps, changes=found.changes, points=found.points)
        case AttributionMethod.GRAD_CAM:
            return _grad_cam(network, digit, settings.layer, chosen)


def occlusion(network: Network, digit: np.ndarray, settings: Settings) -> np.ndarray:
    """Return by how much each score falls when the window around each pixel is covered.

    At the border a part of the window lies outside of the picture. Windows that change nothing
    (paper covered with paper) are not computed: their fall is exactly zero.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1].
        settings: window and cover.

    Returns:
        (28, 28, 10) float32, score as it is minus score when covered.

    Raises:
        ValueError: window or cover that cannot be.
    """
    if settings.window not in WINDOWS or not 0 <= settings.cover <= 1:
        raise ValueError(
            f"Expected a window of one of {WINDOWS} pixels and a cover from 0 to 1, "
            f"got {settings.window} and {settings.cover}."
        )
    reach = settings.window // 2
    covered, places = [digit], []
    for row in range(SIDE):
        for column in range(SIDE):
            window = (
                slice(max(row - reach, 0), row + reach + 1),
                slice(max(column - reach, 0), column + reach + 1),
            )
            if (digit[window] != settings.cover).any():
                picture = digit.copy()
                picture[window] = settings.cover
                covered.append(picture)
                places.append((row, column))
    scores, _ = logits_and_probabilities(network, np.stack(covered), batch=256)
    falls = np.zeros((SIDE, SIDE, CLASSES), np.float32)
    if places:
        rows, columns = np.array(places).T
        falls[rows, columns] = scores[0] - scores[1:]
    return falls


def smoothing(layer: Layer) -> np.ndarray:
    """Return the (28, side) weights that spread a layer's cells over the rows of the picture.

    Each cell stands in the middle of the pixels that it depends on (its receptive field); between
    two middles the value goes over in a straight line, beyond the outermost it stays.
    """
    side = layer.output_shape[0]
    middles = np.arange(side) * layer.jump + (layer.receptive_field - 1) / 2
    pixels = np.arange(SIDE)
    weights = [np.interp(pixels, middles, cell) for cell in np.eye(side)]
    return np.stack(weights, axis=1).astype(np.float32)


def _grad_cam(
    network: Network, digit: np.ndarray, name: str | None, classes: tuple[int, ...]
) -> Attribution:
    """Weigh a layer's maps by their mean gradients.

    The paper then cuts off what is negative; here it stays, as reasons against a digit.
    """
    usual = usual_layer(network.config)
    if usual is None:
        raise ValueError("expected a network with a convolution layer")
    wanted = name or usual.name
    layer = next((each for each in cam_layers(network.config) if each.name == wanted), None)
    if layer is None:
        raise ValueError(f"This network has no feature maps in a layer {name}.")
    maps, gradients = layer_gradients(network, digit, layer.name, classes)
    native = maps @ gradients.mean(axis=(1, 2)).T  # (height, width, classes)
    spread = smoothing(layer)
    smooth = np.einsum("ri,ijc,sj->rsc", spread, native, spread)
    return Attribution(classes, smooth, native, layer)
