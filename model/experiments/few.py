"""How few digits are enough? Accuracy against the number of training digits.

Every network does the same number of updates, however few digits it has. Each measurement draws its
digits anew, as many of each class as can be.

The falling line: Hestness et al. 2017, "Deep learning scaling is predictable, empirically": the
error falls as a power of the number of examples, a straight line on two logarithmic axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.data.mnist import Digits, load
from model.experiments.experiment import Done, Experiment, Inputs, Part, Settings, Steps
from model.experiments.learning import accuracy, trained
from model.training.augmentation import Augmentation

COUNTS = (10, 30, 100, 300, 1000, 4000)
VARIED = Augmentation(shift=2, rotation=10, scale=0.1, thickness=0.5)


@dataclass(frozen=True)
class FewSettings(Settings):
    """Settings of this experiment."""

    updates: int = 300  # of each network

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 10 <= self.updates <= 5000:
            raise ValueError("The number of updates must lie between 10 and 5,000.")


def plan(settings: FewSettings) -> Sequence[str]:
    """A part for each number of digits, with and without variations, and for each seed."""
    return [
        f"{count}-{'varied' if varied else 'plain'}-{seed}"
        for seed in range(settings.seeds)
        for count in COUNTS
        for varied in (False, True)
    ]


def measure(settings: FewSettings, inputs: Inputs, done: Done) -> Steps:
    """See `Experiment.measure`; values: count, varied, seed, accuracy on the unseen test digits."""
    data = load("embedded")
    for key in plan(settings):
        if key in done:
            continue
        count, how, seed = key.split("-")
        digits = drawn(data.training, int(count), int(seed))
        augmentation = VARIED if how == "varied" else None
        network = yield from trained(digits, settings.updates, int(seed), augmentation=augmentation)
        right = accuracy(network, data.test)
        values = {"count": int(count), "varied": how == "varied", "seed": int(seed)}
        yield Part(key, {**values, "accuracy": right})


def drawn(digits: Digits, count: int, seed: int) -> Digits:
    """So many digits by chance, as many of each class as can be."""
    order = np.random.default_rng((seed, count)).permutation(len(digits))
    shuffled = digits.take(order)
    turns = np.zeros(len(order), int)  # the how-manieth of its class each one is
    for label in range(10):
        places = np.flatnonzero(shuffled.labels == label)
        turns[places] = np.arange(len(places))
    return shuffled.take(np.argsort(turns, kind="stable")[:count])


EXPERIMENT = Experiment("few", 1, FewSettings(), plan, measure)
