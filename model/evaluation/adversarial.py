"""The smallest change that makes the network read a digit wrongly.

Each pixel may change by at most epsilon. In one step (the "fast gradient sign method", Goodfellow,
Shlens and Szegedy 2015, "Explaining and harnessing adversarial examples") every pixel moves by
epsilon to the side that makes the loss larger. Iterated (Kurakin, Goodfellow and Bengio 2017,
"Adversarial examples in the physical world") it takes many small steps and looks again for the
way after each; it gets further with less. Whatever is found first is not the smallest: `refined`
looks below it with more steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from model.network import CLASSES, SIDE, Network, NetworkConfig, weight_shapes
from model.network.activations import check_digit
from model.network.forward import Tensor, forward, probabilities

LARGEST = 0.5
EPSILONS: tuple[float, ...] = tuple(round(0.02 * step, 2) for step in range(26))
"""From no change to half of the way from paper to ink."""
ITERATIONS = 40
REFINING = 200
"""Steps of the search for a smaller change than the first one found."""
REFINED_STEPS = ((0.005, 8), (0.001, 4))
"""How far below what is known the search looks, coarsely and then finely: a step, how many."""


class AttackMethod(StrEnum):
    """How the change is found."""

    ONE_STEP = "one step"
    ITERATED = "iterated"


@dataclass(frozen=True, eq=False)
class Attack:
    """One digit, attacked with several epsilons.

    Attributes:
        label: the digit whose probability is pushed down.
        pixels: (n, 28, 28) float32 in [0, 1].
        probabilities: (n, 10) float32.
        epsilons: (n,) rising, from 0.
    """

    label: int
    pixels: np.ndarray
    probabilities: np.ndarray
    epsilons: tuple[float, ...] = EPSILONS

    @property
    def smallest(self) -> int | None:
        """The place of the smallest epsilon that changes the answer; None where none does."""
        wrong = np.flatnonzero(self.probabilities.argmax(axis=1) != self.label)
        return int(wrong[0]) if len(wrong) else None


def attack(network: Network, digit: np.ndarray, label: int, method: AttackMethod) -> Attack:
    """Attack one digit with every epsilon at once. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1].
        label: what it is, or what the network takes it for: away from this one.
        method: see the module.

    Raises:
        ValueError: a wrong digit or label.
    """
    check_digit(digit)
    if label not in range(CLASSES):
        raise ValueError(f"Expected a label from 0 to {CLASSES - 1}, got {label}.")
    steps = 1 if method is AttackMethod.ONE_STEP else ITERATIONS
    pixels = _moved(network, digit, label, EPSILONS, steps)
    return Attack(label, pixels, probabilities(network, pixels))


def refined(network: Network, digit: np.ndarray, found: Attack, step: float, count: int) -> Attack:
    """Look for a smaller change than the smallest found, with `REFINING` steps. Runs in a worker.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1], the one that was attacked.
        found: what the attack has found.
        step: between two epsilons, downwards from the smallest one that changes the answer.
        count: how many; the first one looks again at the smallest itself.

    Returns:
        The same attack with these epsilons among its own; where it finds nothing new, or no change
        was needed or found before, as it was.
    """
    place = found.smallest
    if not place:
        return found
    known = found.epsilons[place]
    tried = [round(known - step * number, 6) for number in range(1, count + 1)]
    epsilons = tuple(sorted(each for each in tried if each > 0))
    if not epsilons:
        return found
    pixels = _moved(network, digit, found.label, epsilons, REFINING)
    answers = probabilities(network, pixels)
    changed = np.flatnonzero(answers.argmax(axis=1) != found.label)
    if not len(changed):
        return found
    first = int(changed[0])
    at = int(np.searchsorted(found.epsilons, epsilons[first]))
    if found.epsilons[at] == epsilons[first]:  # of the grid: what fools takes the other's place
        return _with(found, at, at + 1, epsilons[first], pixels[first], answers[first])
    return _with(found, at, at, epsilons[first], pixels[first], answers[first])


def _with(
    found: Attack, start: int, stop: int, epsilon: float, pixels: np.ndarray, answer: np.ndarray
) -> Attack:
    """The attack with one epsilon in place of those from `start` to before `stop`."""
    return Attack(
        found.label,
        np.concatenate([found.pixels[:start], pixels[None], found.pixels[stop:]]),
        np.concatenate([found.probabilities[:start], answer[None], found.probabilities[stop:]]),
        (*found.epsilons[:start], epsilon, *found.epsilons[stop:]),
    )


def _moved(
    network: Network, digit: np.ndarray, label: int, epsilons: Sequence[float], steps: int
) -> np.ndarray:
    """The digit, moved by at most each epsilon against the label: (n, 28, 28) float32."""
    reach = np.array(epsilons, np.float32)[:, None, None]
    start = np.repeat(digit[None], len(reach), axis=0)
    low, high = np.maximum(start - reach, 0), np.minimum(start + reach, 1)
    # Two and a half times as far as needed in all: the way may bend.
    stride = reach if steps == 1 else reach * np.float32(2.5 / steps)
    pixels = start
    for _ in range(steps):
        gradient = loss_gradient(network, pixels, label)
        pixels = np.clip(pixels + stride * np.sign(gradient), low, high).astype(np.float32)
    return pixels


def loss_gradient(network: Network, digits: np.ndarray, label: int) -> np.ndarray:
    """Return how the loss grows with each pixel: (n, 28, 28) float32. Runs in a worker.

    Args:
        network: any network.
        digits: (n, 28, 28) float32.
        label: the digit that counts as right for all of them.
    """
    gradient = _gradient(network.config)(
        list(network.weights.values()), digits[..., None], np.int32(label)
    )
    return np.asarray(gradient)[..., 0]


@lru_cache(maxsize=16)
def _gradient(config: NetworkConfig) -> Any:
    import tensorflow as tf

    def body(weights: Sequence[Tensor], x: Tensor, label: Tensor) -> Tensor:
        labels = tf.fill((tf.shape(x)[0],), label)
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = forward(config, weights, x)["output"][0]
            # From the logits: where softmax is 1 to the last bit, its own gradient is nothing.
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tape.gradient(loss, x)

    signature = (
        [tf.TensorSpec(shape, tf.float32) for shape in weight_shapes(config).values()],
        tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32),
        tf.TensorSpec((), tf.int32),
    )
    return tf.function(body, input_signature=signature, autograph=False)
