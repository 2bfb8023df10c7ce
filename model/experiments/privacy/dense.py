"""Many small dense networks that train side by side, in NumPy: 784 inputs, 64 units, 10 outputs.

An attacker needs sixteen networks beside the one that he attacks. One product of stacked matrices
does a step of all of them at once, and the gradient of a single picture, which DP-SGD has to clip,
costs nothing more: in a dense layer its length is that of the input times that of the error at the
outputs (Goodfellow 2015, "Efficient per-example gradient computations").

DP-SGD: Abadi, Chu, Goodfellow, McMahan, Mironov, Talwar and Zhang 2016, "Deep learning with
differential privacy", algorithm 1: each digit is in a batch by chance of its own, the gradient of
each is made no longer than `clip`, and noise of `noise` times `clip` is added to their sum.
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from model.data.mnist import Digits
from model.experiments.experiment import Working
from model.network import CLASSES, SIDE

SLICE = 0.2
"""Seconds between two signs of life."""
UNITS = 64
PIXELS = SIDE * SIDE
MOMENTUM = 0.9
CHECK = 20
"""Updates between two looks at the validation digits, where the best weights are kept."""
Weights = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Of m networks, float32: (m, 784, 64), (m, 64), (m, 64, 10), (m, 10)."""


@dataclass(frozen=True)
class Recipe:
    """How the networks are trained.

    Attributes:
        updates: steps of gradient descent.
        batch: digits of a step; with noise on average so many.
        rate: the learning rate; momentum is 0.9.
        dropout: share of the units that are silenced in each step.
        shift: each digit is moved by up to so many pixels, anew in each step.
        stop_early: keep the weights of the moment when the validation loss was lowest.
        noise: DP-SGD's noise in units of `clip`; 0 is plain gradient descent.
        clip: longest gradient of one digit, where there is noise.
    """

    updates: int
    batch: int = 32
    rate: float = 0.05
    dropout: float = 0.0
    shift: int = 0
    stop_early: bool = False
    noise: float = 0.0
    clip: float = 1.0


def first_weights(seeds: Sequence[int]) -> Weights:
    """Glorot and Bengio's uniform start, and biases of zero; the chances of each its own."""
    kernels = [
        [_glorot(np.random.default_rng((seed, 1)), PIXELS, UNITS) for seed in seeds],
        [_glorot(np.random.default_rng((seed, 2)), UNITS, CLASSES) for seed in seeds],
    ]
    biases = [np.zeros((len(seeds), size), np.float32) for size in (UNITS, CLASSES)]
    return np.stack(kernels[0]), biases[0], np.stack(kernels[1]), biases[1]


def trained_together(
    sets: Sequence[Digits],
    recipe: Recipe,
    seeds: Sequence[int],
    validation: Digits | None = None,
) -> Generator[Working, None, Weights]:
    """Train networks side by side.

    Use it as `weights = yield from trained_together(…)`.

    Args:
        sets: the training digits of each of m networks, as many of each.
        recipe: of all.
        seeds: of each network's chances; no network's result depends on those beside it.
        validation: needed where training stops early.
    """
    count = len(sets[0])
    labels = np.stack([each.labels for each in sets]).astype(int)
    weights = first_weights(seeds)
    speeds = [np.zeros_like(each) for each in weights]
    chances = [np.random.default_rng((seed, 3)) for seed in seeds]
    size = min(recipe.batch, count)
    orders = None if recipe.noise else _orders(chances, count, recipe.updates * size)
    best: Weights | None = None
    lowest = np.full(len(seeds), np.inf)
    said = time.monotonic()
    row = np.arange(len(seeds))[:, None]
    for step in range(recipe.updates):
        if orders is None:
            places, there = _by_chance(chances, count, size / count)
        else:
            places = orders[:, step * size : (step + 1) * size]
            there = np.ones(places.shape, np.float32)
        # Pixels stay bytes until they are in a batch: of sixteen sets they are 35 MB, not 140.
        batch = [each.images[chosen] for each, chosen in zip(sets, places, strict=True)]
        x = np.stack(batch).reshape(*places.shape, PIXELS).astype(np.float32) / np.float32(255)
        y = labels[row, places]
        if recipe.shift:
            x = _shifted(x, recipe.shift, chances)
        keep = _kept(chances, places.shape[1], recipe.dropout) if recipe.dropout else None
        clip = recipe.clip if recipe.noise else None
        sums = gradient_sums(weights, x, y, there, keep, clip)
        for total, speed, each in zip(sums, speeds, weights, strict=True):
            if recipe.noise:
                spread = np.float32(recipe.noise * recipe.clip)
                for network, chance in zip(total, chances, strict=True):
                    network += spread * chance.standard_normal(network.shape, np.float32)
            speed *= MOMENTUM
            speed -= np.float32(recipe.rate / size) * total
            each += speed
        if recipe.stop_early and validation is not None and (step + 1) % CHECK == 0:
            found = _losses(weights, validation)
            best = _best(best, weights, found < lowest)
            lowest = np.minimum(lowest, found)
        if time.monotonic() - said >= SLICE:
            yield Working((step + 1) / recipe.updates)
            said = time.monotonic()
    return best or weights


def gradient_sums(
    weights: Weights,
    x: np.ndarray,
    y: np.ndarray,
    there: np.ndarray,
    keep: np.ndarray | None = None,
    clip: float | None = None,
) -> Weights:
    """The sum over a batch of the gradients of each digit's loss, for m networks at once.

    Args:
        weights: of the networks.
        x: (m, b, 784) float32.
        y: (m, b) labels.
        there: (m, b) float32, 1; or 0 for places of a batch that are empty.
        keep: (m, b, 64) float32, what dropout multiplies each unit with; None is 1.
        clip: longest gradient of one digit, all weights together; None leaves them as they are.
    """
    into, bias, out, last = weights
    before = x @ into + bias[:, None]
    hidden = np.maximum(before, 0)
    if keep is not None:
        hidden = hidden * keep
    errors = softmax(hidden @ out + last[:, None])
    np.put_along_axis(
        errors, y[..., None], np.take_along_axis(errors, y[..., None], -1) - 1, axis=-1
    )
    errors *= there[..., None]
    deltas = (errors @ out.transpose(0, 2, 1)) * (before > 0)
    if keep is not None:
        deltas *= keep
    if clip is not None:
        # A dense layer's gradient is an outer product; the 1 is that of its bias.
        squares = (1 + _square(x)) * _square(deltas) + (1 + _square(hidden)) * _square(errors)
        factors = np.minimum(1, clip / np.sqrt(np.maximum(squares, 1e-12)))[..., None]
        errors, deltas = errors * factors, deltas * factors
    return (
        x.transpose(0, 2, 1) @ deltas,
        deltas.sum(axis=1),
        hidden.transpose(0, 2, 1) @ errors,
        errors.sum(axis=1),
    )


def logits(weights: Weights, x: np.ndarray) -> np.ndarray:
    """The scores of (n, 784) digits by m networks: (m, n, 10)."""
    into, bias, out, last = weights
    found: np.ndarray = np.maximum(x @ into + bias[:, None], 0) @ out + last[:, None]
    return found


def flat(digits: Digits) -> np.ndarray:
    """(n, 784) float32 in [0, 1]."""
    return digits.inputs().reshape(len(digits), -1)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    powers: np.ndarray = np.exp(scores - scores.max(axis=-1, keepdims=True))
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def _glorot(chance: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    limit = np.sqrt(6 / (inputs + outputs))
    return chance.uniform(-limit, limit, (inputs, outputs)).astype(np.float32)


def _orders(chances: Sequence[np.random.Generator], count: int, length: int) -> np.ndarray:
    """Every digit once, then every digit once again …: (m, length)."""
    rounds = -(-length // count)
    return np.stack(
        [np.concatenate([c.permutation(count) for _ in range(rounds)])[:length] for c in chances]
    )


def _by_chance(
    chances: Sequence[np.random.Generator], count: int, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Each digit is in or not by a chance of its own; places, and which of them count."""
    found = [np.flatnonzero(chance.random(count) < share) for chance in chances]
    width = max(1, max(map(len, found)))
    places = np.zeros((len(found), width), int)
    there = np.zeros((len(found), width), np.float32)
    for number, each in enumerate(found):
        places[number, : len(each)] = each
        there[number, : len(each)] = 1
    return places, there


def _shifted(x: np.ndarray, most: int, chances: Sequence[np.random.Generator]) -> np.ndarray:
    """Each digit moved by up to so many pixels, with paper where it came from."""
    networks, batch, _ = x.shape
    padded = np.pad(x.reshape(networks, batch, SIDE, SIDE), [(0, 0)] * 2 + [(most, most)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (SIDE, SIDE), axis=(2, 3))
    by = np.stack([chance.integers(0, 2 * most + 1, (2, batch)) for chance in chances])
    network, place = np.ogrid[:networks, :batch]
    return windows[network, place, by[:, 0], by[:, 1]].reshape(networks, batch, PIXELS)


def _kept(chances: Sequence[np.random.Generator], batch: int, dropout: float) -> np.ndarray:
    kept = [chance.random((batch, UNITS), np.float32) >= dropout for chance in chances]
    return np.stack(kept).astype(np.float32) / np.float32(1 - dropout)


def _losses(weights: Weights, digits: Digits) -> np.ndarray:
    """The mean loss of each network, (m,)."""
    shares = softmax(logits(weights, flat(digits)))[:, np.arange(len(digits)), digits.labels]
    found: np.ndarray = -np.log(np.maximum(shares, 1e-30)).mean(axis=1)
    return found


def _best(best: Weights | None, weights: Weights, better: np.ndarray) -> Weights:
    """The weights now of those networks that are better than they were, else the older ones."""
    if best is None:
        best = weights

    def chosen(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.where(better.reshape(-1, *[1] * (new.ndim - 1)), new, old)

    a, b, c, d = (chosen(old, new) for old, new in zip(best, weights, strict=True))
    return a, b, c, d


def _square(vectors: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.einsum("...i,...i->...", vectors, vectors)
    return found
