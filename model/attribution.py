"""Which pixels speak for which digit: four ways to explain one answer.

What is explained is the score of each digit before softmax (its logit). Probabilities add up to 1,
so that each of them mixes the reasons of all ten digits; a score is one digit's own.

- Occlusion: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks".
- Gradient × input: Shrikumar, Greenside, Shcherbina and Kundaje 2016, "Not just a black box".
- Integrated gradients: Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks".
- Grad-CAM: Selvaraju et al. 2017, "Grad-CAM: visual explanations from deep networks via
  gradient-based localization".

`attribute` runs in a worker: it loads TensorFlow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from model.activations import check_digit
from model.forward import forward, logits_and_probabilities
from model.network import (
    CLASSES,
    SIDE,
    Kind,
    Layer,
    Network,
    NetworkConfig,
    layers,
    weight_shapes,
)

ALL = tuple(range(CLASSES))
WINDOWS = (1, 3, 5, 7)
"""Sides that the window of occlusion may have, in pixels: odd, so that it has a middle pixel."""
NO_MAPS = "This network has no convolution layer, so Grad-CAM has no feature maps to weigh."

# Integrated gradients: the slope jumps wherever a ReLU switches on, and most of them do so while
# the digit is still faint. So the first points crowd towards paper (squares of even steps), and
# where the slope in the middle of an interval does not account for the change of the scores over
# it, the interval is cut in three; its middle third keeps the slope already known.
POINTS = 96
REFINED = 16  # intervals cut in three in one round
MOST_POINTS = 320
COMPLETE = 0.01  # share of its own change by which each digit's sum may miss it
ROUNDING = 1e-4  # a change of a score smaller than this counts as this: float32 knows no better
AT_ONCE = 32  # pictures in one backward pass: their arrays stay in the processor's cache


class Method(StrEnum):
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
        points: how many pictures between paper and digit integrated gradients looked at; else 0.
    """

    classes: tuple[int, ...]
    maps: np.ndarray
    native: np.ndarray | None = None
    layer: Layer | None = None
    changes: np.ndarray | None = None
    points: int = 0

    @property
    def sums(self) -> np.ndarray:
        """(digits,) float64, what each map adds up to."""
        total: np.ndarray = self.maps.sum(axis=(0, 1), dtype=np.float64)
        return total

    @property
    def gaps(self) -> np.ndarray:
        """(digits,) by which share of the score's change each map misses it; 0 is complete.

        Raises:
            ValueError: the method does not promise that its maps add up.
        """
        if self.changes is None:
            raise ValueError("This method does not promise that its maps add up to anything.")
        size = np.maximum(np.abs(self.changes), ROUNDING)
        return np.asarray(np.abs(self.sums - self.changes) / size)


def cam_layers(config: NetworkConfig) -> tuple[Layer, ...]:
    """The layers that Grad-CAM can weigh: those with feature maps."""
    return tuple(layer for layer in layers(config) if layer.has_maps)


def usual_layer(config: NetworkConfig) -> Layer | None:
    """The second convolution, or the only one; None where there is none.

    The last one is usual in large networks. The third of the course's network has 3×3 cells, too
    few to point at a stroke.
    """
    convolutions = [each for each in layers(config) if each.kind is Kind.CONVOLUTION]
    return convolutions[: min(2, len(convolutions))][-1] if convolutions else None


def attribute(
    network: Network,
    digit: np.ndarray,
    method: Method,
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
        case Method.OCCLUSION:
            return Attribution(chosen, occlusion(network, digit, settings)[:, :, list(chosen)])
        case Method.GRADIENT_INPUT:
            slopes = _slopes(network, digit[None], chosen)[0]
            return Attribution(chosen, slopes * digit[:, :, None])
        case Method.INTEGRATED:
            return _integrated(network, digit, chosen)
        case Method.GRAD_CAM:
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
    """Weigh a layer's maps by their mean slopes.

    The paper then cuts off what is negative; here it stays, as reasons against a digit.
    """
    usual = usual_layer(network.config)
    if usual is None:
        raise ValueError(NO_MAPS)
    wanted = name or usual.name
    layer = next((each for each in cam_layers(network.config) if each.name == wanted), None)
    if layer is None:
        raise ValueError(f"This network has no feature maps in a layer {name}.")
    weights, x = list(network.weights.values()), digit[None, :, :, None]
    _, maps, slopes = _backward(network.config, layer.name)(weights, x, _integers(classes))
    shares = np.asarray(slopes)[:, 0].mean(axis=(1, 2))  # (classes, channels)
    native = np.asarray(maps)[0] @ shares.T
    spread = smoothing(layer)
    smooth = np.einsum("ri,ijc,sj->rsc", spread, native, spread)
    return Attribution(classes, smooth, native, layer)


def _integrated(network: Network, digit: np.ndarray, classes: tuple[int, ...]) -> Attribution:
    edges = np.linspace(0, 1, POINTS + 1) ** 2
    left, right = edges[:-1], edges[1:]
    slopes = _slopes_at(network, digit, (left + right) / 2, classes)
    scores = _scores_at(network, digit, edges, classes)
    changes = scores[-1] - scores[0]
    start, end = scores[:-1], scores[1:]
    size = np.maximum(np.abs(changes), ROUNDING)
    while True:
        rise = np.einsum("nijc,ij->nc", slopes, digit) * (right - left)[:, None]
        missed = end - start - rise
        done = (np.abs(missed.sum(axis=0)) <= COMPLETE * size).all()
        if done or len(left) + 2 * REFINED > MOST_POINTS:
            break
        worst = np.argsort((np.abs(missed) / size).max(axis=1))
        kept, cut = worst[:-REFINED], worst[-REFINED:]
        third = (right[cut] - left[cut]) / 3
        first, second = left[cut] + third, right[cut] - third
        middles = np.concatenate([left[cut] + third / 2, right[cut] - third / 2])
        outer = _slopes_at(network, digit, middles, classes)
        between = _scores_at(network, digit, np.concatenate([first, second]), classes)
        one, two = np.split(between, 2)
        slopes = np.concatenate([slopes[kept], outer[:REFINED], slopes[cut], outer[REFINED:]])
        start = np.concatenate([start[kept], start[cut], one, two])
        end = np.concatenate([end[kept], one, two, end[cut]])
        left, right = (
            np.concatenate([left[kept], left[cut], first, second]),
            np.concatenate([right[kept], first, second, right[cut]]),
        )
    mean = np.einsum("nijc,n->ijc", slopes, right - left)
    maps = (mean * digit[:, :, None]).astype(np.float32)
    return Attribution(classes, maps, changes=changes, points=len(left))


def _scores_at(
    network: Network, digit: np.ndarray, shares: np.ndarray, classes: tuple[int, ...]
) -> np.ndarray:
    """The scores, (n, classes) float64, of the digit faded to these shares of its ink."""
    faded = _faded(digit, shares)
    return logits_and_probabilities(network, faded)[0][:, list(classes)].astype(np.float64)


def _slopes_at(
    network: Network, digit: np.ndarray, shares: np.ndarray, classes: tuple[int, ...]
) -> np.ndarray:
    return _slopes(network, _faded(digit, shares), classes)


def _faded(digit: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return np.asarray(shares[:, None, None] * digit, np.float32)


def _slopes(network: Network, pictures: np.ndarray, classes: tuple[int, ...]) -> np.ndarray:
    """How steeply each score rises with each pixel: (n, 28, 28) → (n, 28, 28, classes)."""
    backward = _backward(network.config, None)
    weights, wanted = list(network.weights.values()), _integers(classes)
    parts = [
        np.asarray(backward(weights, pictures[at : at + AT_ONCE, :, :, None], wanted)[2])
        for at in range(0, len(pictures), AT_ONCE)
    ]
    slopes: np.ndarray = np.moveaxis(np.concatenate(parts, axis=1)[..., 0], 0, -1)
    return slopes


def _integers(classes: tuple[int, ...]) -> np.ndarray:
    return np.array(classes, np.int32)


@lru_cache(maxsize=64)
def _backward(config: NetworkConfig, name: str | None) -> Any:
    """The compiled function (weights, pictures, classes) → (scores, values, slopes).

    `values` are the outputs of the layer of that name, (n, height, width, channels), or for None
    the pictures themselves; `slopes`, (classes, n, height, width, channels), is how steeply the
    score of each class rises with each of them.
    """
    import tensorflow as tf

    def run(weights: Any, x: Any, classes: Any) -> Any:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            outputs = forward(config, weights, x)
            scores = outputs["output"][0]
        values = x if name is None else outputs[name][1]

        def slope(label: Any) -> Any:
            # One class at a time, in a loop of the graph: ten copies of it take long to compile.
            only = tf.ones_like(scores) * tf.one_hot(label, CLASSES)
            return tape.gradient(scores, values, output_gradients=only)

        return scores, values, tf.map_fn(slope, classes, fn_output_signature=tf.float32)

    signature = (
        [tf.TensorSpec(shape, tf.float32) for shape in weight_shapes(config).values()],
        tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32),
        tf.TensorSpec((None,), tf.int32),
    )
    return tf.function(run, input_signature=signature, autograph=False)
