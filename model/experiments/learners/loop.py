"""Gradient descent on any loss, and other long work, with signs of life between.

The app's `Trainer` trains one architecture on pictures. What experiments need beside it (a head on
fixed features, an encoder without labels) is small, and is trained here, step by step.
"""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from model.experiments.experiment import Working
from model.experiments.learning import BATCH, SLICE
from model.training.optimizer_steps import update

Tensor = Any
Loss = Callable[[Sequence[Tensor], Tensor, Tensor, Tensor], Tensor]
"""(weights, a batch of inputs, of targets, a seed of two integers) → a number to be made small."""
T = TypeVar("T")


def fitted(
    loss: Loss,
    weights: Sequence[np.ndarray],
    inputs: np.ndarray,
    targets: np.ndarray,
    updates: int,
    seed: int,
    *,
    learning_rate: float = 0.001,
    batch: int = BATCH,
) -> Generator[Working, None, list[np.ndarray]]:
    """Make a loss small by so many steps of Adam, and return the weights then.

    Args:
        loss: a function at the top of a module: it is compiled once, and kept by its name.
        weights: float32 arrays to begin with.
        inputs: (n, …), gathered in batches; their type is the loss's business.
        targets: (n, …), likewise.
        updates: steps; each pass over the digits has its own order.
        seed: of the order and of the loss's chance.
        learning_rate: constant.
        batch: digits a step, or all where there are fewer.
    """
    step = _compiled(loss)
    w = [np.asarray(each, np.float32) for each in weights]
    m, v = ([np.zeros_like(each) for each in w] for _ in range(2))
    chance = np.random.default_rng((seed, len(inputs)))
    order = np.zeros(0, int)
    said = time.monotonic()
    for number in range(1, updates + 1):
        if len(order) < min(batch, len(inputs)):
            order = chance.permutation(len(inputs))
        places, order = order[:batch], order[batch:]
        w, m, v = step(
            *(w, m, v, inputs[places], targets[places], np.array([seed, number], np.int32)),
            *(np.float32(number), np.float32(learning_rate)),
        )
        if time.monotonic() - said >= SLICE:
            yield Working(number / updates)
            said = time.monotonic()
    return [np.asarray(each) for each in w]


@lru_cache(maxsize=16)
def _compiled(loss: Loss) -> Any:
    import tensorflow as tf

    def step(w: Any, m: Any, v: Any, x: Any, y: Any, seed: Any, number: Any, rate: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(w)
            value = loss(w, x, y, seed)
        gradients = tape.gradient(value, w)
        moved = [
            update("adam", rate, number, *each) for each in zip(w, gradients, m, v, strict=True)
        ]
        return [list(each) for each in zip(*moved, strict=True)]

    return tf.function(step, autograph=False, reduce_retracing=True)


def in_thread(work: Callable[[], T]) -> Generator[Working, None, T]:
    """Do work that cannot be cut into slices in a thread, with signs of life meanwhile.

    For a library's own solver, which takes a second or two and releases Python's lock.
    """
    results: list[T] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again below, by who waits
            faults.append(error)

    thread = threading.Thread(target=run, name="a solver", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(SLICE)
        yield Working(0.5)  # nobody knows how far a solver is
    if faults:
        raise faults[0]
    return results[0]


def in_slices(
    work: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, size: int
) -> Generator[Working, None, np.ndarray]:
    """Do work on pieces of at most so many inputs, and join what comes out."""
    found = []
    for start in range(0, len(inputs), size):
        found.append(work(inputs[start : start + size]))
        yield Working(min(1.0, (start + size) / len(inputs)))
    return np.concatenate(found)
