"""Training with two things more: weights that stay zero, and a teacher's answers to learn from.

Distillation: Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural network". The
teacher's logits are divided by a temperature before softmax, which makes its second thoughts
visible ("a 7, but it has something of a 1"), and so are the student's. The loss of the soft answers
is multiplied by the temperature squared, so that it weighs the same at any temperature.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from model.data.mnist import Digits
from model.experiments.experiment import Working
from model.network import Network, NetworkConfig, from_vector, to_vector, weight_shapes
from model.training.fast_forward import training_logits
from model.training.optimizer_steps import update

Tensor = Any
BATCH = 32
SLICE = 0.2
"""Seconds between two signs of life."""


@dataclass(frozen=True, eq=False)
class Teacher:
    """What the student learns from, beside the labels or instead of them.

    Attributes:
        logits: of the teacher for each digit, (n, 10) float32.
        temperature: that both are divided by.
        weight: of the teacher's answers in the loss, from 0 to 1; the labels have the rest.
    """

    logits: np.ndarray
    temperature: float
    weight: float


def learned(
    start: Network,
    digits: Digits,
    updates: int,
    seed: int,
    *,
    rate: float,
    stays: np.ndarray | None = None,
    teacher: Teacher | None = None,
) -> Generator[Working, None, Network]:
    """Train a network for so many updates (Adam, batches of 32) from where it stands.

    Use it as `network = yield from learned(…)`.

    Args:
        start: where it begins; it is not changed.
        digits: to learn from.
        updates: steps of the optimiser.
        seed: of the order of the digits.
        rate: learning rate of the first update; it falls to 0 in a straight line.
        stays: (parameters,) of 0 and 1: what is 0 here is zero before and after each step.
        teacher: None learns from the labels alone.
    """
    import tensorflow as tf

    steps = _compiled(start.config)
    vector = to_vector(start.weights)
    stays = np.ones_like(vector) if stays is None else stays
    teacher = teacher or Teacher(np.zeros((len(digits), 10), np.float32), 1.0, 0.0)
    order = _order(len(digits), updates, seed)
    with tf.device("/CPU:0"):
        images, labels = tf.constant(digits.images), tf.constant(digits.labels.astype(np.int32))
        logits = tf.constant(teacher.logits)
        state = tuple(tf.constant(each) for each in (vector * stays, *np.zeros((2, len(vector)))))
        state = tuple(tf.cast(each, tf.float32) for each in state)
        mask = tf.constant(stays.astype(np.float32))
    rates = np.linspace(rate, 0, updates, endpoint=False, dtype=np.float32)
    done, count = 0, 4
    while done < updates:
        count = min(count, updates - done)
        began = time.perf_counter()
        state = steps(
            *state,
            mask,
            images,
            labels,
            logits,
            order[done : done + count],
            np.int32(done),
            rates[done : done + count],
            np.float32(teacher.temperature),
            np.float32(teacher.weight),
        )
        done += count
        took = time.perf_counter() - began
        # The first call has compiled, and says little of the next; so it only doubles.
        count = int(np.clip(SLICE / max(took, 1e-6) * count, 1, 2 * count))
        yield Working(done / updates)
    return Network(start.config, from_vector(start.config, state[0].numpy()), start.origin)


def _order(count: int, updates: int, seed: int) -> np.ndarray:
    """The digits of each batch, (updates, 32) int32: all once in a new order, and so on."""
    chance = np.random.default_rng((seed, count))
    turns = -(-updates * BATCH // count)
    places = np.concatenate([chance.permutation(count) for _ in range(turns)])
    return places[: updates * BATCH].reshape(updates, BATCH).astype(np.int32)


@lru_cache(maxsize=8)
def _compiled(config: NetworkConfig) -> Any:
    """The compiled function that does a stretch of updates on the vectors w, m and v."""
    import tensorflow as tf

    shapes = list(weight_shapes(config).values())
    sizes = [int(np.prod(shape)) for shape in shapes]

    def loss(
        w: Tensor, x: Tensor, y: Tensor, taught: Tensor, temperature: Tensor, weight: Tensor
    ) -> Tensor:
        parts = tf.split(w, sizes)
        weights = [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]
        logits = training_logits(config, weights, x, tf.zeros(2, tf.int32))
        hard = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        soft = tf.nn.softmax_cross_entropy_with_logits(
            tf.nn.softmax(taught / temperature), logits / temperature
        )
        return tf.reduce_mean((1 - weight) * hard + weight * temperature**2 * soft)

    def run(
        w: Tensor,
        m: Tensor,
        v: Tensor,
        stays: Tensor,
        images: Tensor,
        labels: Tensor,
        logits: Tensor,
        order: Tensor,
        first: Tensor,
        rates: Tensor,
        temperature: Tensor,
        weight: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        def body(k: Tensor, w: Tensor, m: Tensor, v: Tensor) -> tuple[Tensor, ...]:
            places = order[k]
            x = tf.cast(tf.gather(images, places), tf.float32)[..., None] / 255.0
            y, taught = tf.gather(labels, places), tf.gather(logits, places)
            with tf.GradientTape() as tape:
                tape.watch(w)
                value = loss(w, x, y, taught, temperature, weight)
            g = tape.gradient(value, w) * stays
            number = tf.cast(first + k + 1, tf.float32)
            w, m, v = update("adam", rates[k], number, w, g, m, v)
            return k + 1, w * stays, m, v

        count = tf.shape(order)[0]
        _, w, m, v = tf.while_loop(lambda k, *_: k < count, body, (0, w, m, v))
        return w, m, v

    vector = tf.TensorSpec((sum(sizes),), tf.float32)
    number, integer = tf.TensorSpec((), tf.float32), tf.TensorSpec((), tf.int32)
    return tf.function(
        run,
        autograph=False,
        input_signature=[
            *(vector, vector, vector, vector),
            tf.TensorSpec((None, 28, 28), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None, 10), tf.float32),
            tf.TensorSpec((None, BATCH), tf.int32),
            integer,
            tf.TensorSpec((None,), tf.float32),
            *(number, number),
        ],
    )
