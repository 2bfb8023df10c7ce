"""Will it hold elsewhere? Digits that are not MNIST's, and learning that needs no labels.

First, small networks that learned from MNIST read digits of other origin, as they come and through
our preprocessing. Then three tasks without labels prepare a network with 4,000 digits; how much
does that help when only 10 to 500 of them have a label? The network that they are held against
learns from the labels alone, with as many updates, at the rate that suits it best.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np

from model.data.mnist import Digits, load
from model.experiments.experiment import (
    Done,
    Experiment,
    Inputs,
    Part,
    Settings,
    Steps,
    Value,
    Working,
)
from model.experiments.learners.far_digits import FarKind, count, label, pair
from model.experiments.learners.five import PIECE, RATES, convolved
from model.experiments.learners.loop import in_slices, in_thread
from model.experiments.learners.pretext import (
    CONFIG,
    PRETEXTS,
    TURNS,
    Pretext,
    learned_without_labels,
    told_turns,
)
from model.experiments.learning import accuracy, drawn, trained
from model.network import Network, Weights, from_vector, to_vector
from model.network.forward import probabilities
from model.network.keras_model import first_weights

LABELS = (10, 50, 100, 500)
SCRATCH = "scratch"
"""In the place of a task: none. The kernels begin as chance made them."""
PROBE_C = 1.0
"""scikit-learn's C of the linear probe; it is the same for all."""
MAKING = 10  # digits that are made between two signs of life


@dataclass(frozen=True)
class ElsewhereSettings(Settings):
    """Settings of this experiment."""

    without_labels: int = 250  # updates of each task
    updates: int = 120  # of each network with labels

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (1 <= self.without_labels <= 5000 and 1 <= self.updates <= 5000):
            raise ValueError("The number of updates must lie between 1 and 5,000.")


def plan(settings: ElsewhereSettings) -> Sequence[str]:
    """For each seed a network and what it reads; then for each seed the tasks and their use."""
    far = [
        key
        for seed in range(settings.seeds)
        for key in (f"network-{seed}", *(f"far-{kind}-{seed}" for kind in FarKind))
    ]
    without = [
        key
        for seed in range(settings.seeds)
        for key in (
            *(f"task-{task}-{seed}" for task in PRETEXTS),
            *(f"{task}-{labels}-{seed}" for labels in LABELS for task in (*PRETEXTS, SCRATCH)),
        )
    ]
    return [*far, *without]


def measure(settings: ElsewhereSettings, inputs: Inputs, done: Done) -> Steps:
    """See `Experiment.measure`.

    Values of far digits: kind, seed, count; accuracy and plain (without preprocessing), and the
    mean confidence of wrong answers, sure_wrong and plain_sure_wrong (None where none is wrong).
    Of tasks: of rotation the accuracy, and for each turn how often each was said. With labels:
    task, labels, seed; probe, a linear machine on the kernels as they are; tuned, all trained.
    """
    have = dict(done)
    for key in plan(settings):
        if key in have:
            continue
        what, which, *rest = key.split("-")
        if what == "network":
            part = yield from _network(key, int(which))
        elif what == "far":
            network = from_vector(CONFIG, have[f"network-{rest[0]}"].arrays["weights"])
            part = yield from _far(key, FarKind(which), int(rest[0]), network)
        elif what == "task":
            part = yield from _task(key, _pretext(which), settings.without_labels, int(rest[0]))
        else:
            seed = int(rest[0])
            start = _start(what, seed, have)
            part = yield from _labelled(key, what, int(which), seed, start, settings.updates)
        have[key] = part
        yield part


def _network(key: str, seed: int) -> Generator[Working, None, Part]:
    """The network of the course, trained on MNIST's 4,000 digits in 300 updates."""
    training = load("embedded").training
    network = yield from trained(training, 300, seed, learning_rate=RATES["cnn"])
    return Part(key, {"seed": seed}, {"weights": to_vector(network.weights)})


def _far(key: str, kind: FarKind, seed: int, weights: Weights) -> Generator[Working, None, Part]:
    def made(places: np.ndarray) -> np.ndarray:
        return np.array([pair(kind, place) for place in places.tolist()])

    pairs = yield from in_slices(made, np.arange(count(kind)), MAKING)
    network = Network(CONFIG, weights, "an experiment")
    return Part(key, {"seed": seed, **_both_ways(network, kind, pairs)})


def _both_ways(network: Network, kind: FarKind, pairs: np.ndarray) -> dict[str, Value]:
    labels = np.array([label(kind, place) for place in range(len(pairs))])
    accuracy, sure = _read(network, Digits(pairs[:, 1], labels))
    plain, plain_sure = _read(network, Digits(pairs[:, 0], labels))
    return {
        "kind": kind.value,
        "count": len(pairs),
        **{"accuracy": accuracy, "sure_wrong": sure},
        **{"plain": plain, "plain_sure_wrong": plain_sure},
    }


def _read(network: Network, digits: Digits) -> tuple[float, float | None]:
    """The share read rightly, and the mean confidence of wrong answers (None: there are none)."""
    shares = probabilities(network, digits.inputs())
    wrong = shares.argmax(axis=1) != digits.labels
    return float((~wrong).mean()), float(shares.max(axis=1)[wrong].mean()) if wrong.any() else None


def read_far(network: Network, kind: FarKind) -> Part:
    """What one network reads of digits from elsewhere; values as of far digits in `measure`."""
    pairs = np.array([pair(kind, place) for place in range(count(kind))])
    return Part(f"this-{kind}", _both_ways(network, kind, pairs))


def read_written(network: Network, digits: Digits) -> Part:
    """What one network reads of a class's digits.

    They are kept as a network receives them, so there is no second way. Values: count, accuracy,
    sure_wrong.
    """
    accuracy, sure = _read(network, digits)
    values: dict[str, Value] = {"count": len(digits), "accuracy": accuracy, "sure_wrong": sure}
    return Part("this-class", values)


def _task(key: str, task: Pretext, updates: int, seed: int) -> Generator[Working, None, Part]:
    data = load("embedded")
    weights, whole = yield from learned_without_labels(task, data.training, updates, seed)
    values: dict[str, Value] = {"task": task, "seed": seed}
    if task == "rotation":
        told = yield from in_slices(partial(told_turns, whole), data.test.images, 100)
        values |= rotation_values(told, data.test.labels)
    return Part(key, values, {"weights": to_vector(weights)})


def rotation_values(told: np.ndarray, labels: np.ndarray) -> dict[str, Value]:
    """The figures of the rotation's task.

    Args:
        told: (n, 4), what was said of each picture turned by 0 to 3 quarters.
        labels: (n,), which digit it shows.

    Returns:
        The accuracy; that of each digit (digit0 …); and turned0said2 and so on: how often of all
        pictures that were turned so far that turn was said.
    """
    right = told == np.arange(TURNS)
    values: dict[str, Value] = {"accuracy": float(right.mean())}
    for digit in range(10):
        values[f"digit{digit}"] = float(right[labels == digit].mean())
    for turned in range(TURNS):
        for said in range(TURNS):
            values[f"turned{turned}said{said}"] = float((told[:, turned] == said).mean())
    return values


def _start(task: str, seed: int, have: Done) -> Weights:
    if task == SCRATCH:
        return first_weights(CONFIG, seed)
    return from_vector(CONFIG, have[f"task-{task}-{seed}"].arrays["weights"])


def _labelled(
    key: str, task: str, labels: int, seed: int, start: Weights, updates: int
) -> Generator[Working, None, Part]:
    data = load("embedded")
    digits = drawn(data.training, labels, seed)
    probe = yield from _probe(digits, data.test, start)
    network = yield from trained(digits, updates, seed, learning_rate=RATES["cnn"], start=start)
    tuned = accuracy(network, data.test)
    values: dict[str, Value] = {"task": task, "labels": labels, "seed": seed}
    return Part(key, {**values, "probe": probe, "tuned": tuned})


def _probe(digits: Digits, test: Digits, weights: Weights) -> Generator[Working, None, float]:
    """The accuracy of a linear machine on what the kernels, left as they are, make of digits."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = yield from in_slices(partial(convolved, CONFIG, weights), digits.images, PIECE)
    machine = make_pipeline(StandardScaler(), LogisticRegression(C=PROBE_C, max_iter=1000))
    yield from in_thread(lambda: machine.fit(features, digits.labels))
    tested = yield from in_slices(partial(convolved, CONFIG, weights), test.images, PIECE)
    return float(machine.score(tested, test.labels))


def _pretext(text: str) -> Pretext:
    return next(each for each in get_args(Pretext) if each == text)


EXPERIMENT = Experiment("elsewhere", 2, ElsewhereSettings(), plan, measure)
