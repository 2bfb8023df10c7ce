"""How few digits are enough? Accuracy against the number of training digits.

Every network does the same number of updates, however few digits it has. Each measurement draws its
digits anew, as many of each class as can be.

The falling line: Hestness et al. 2017, "Deep learning scaling is predictable, empirically": the
error falls as a power of the number of examples, a straight line on two logarithmic axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.data.mnist import load
from model.experiments.experiment import Done, Experiment, Inputs, Part, Settings, Steps
from model.experiments.learning import BATCH, accuracy, drawn, trained
from model.training.augmentation import Augmentation

COUNTS = (10, 30, 100, 300, 1000, 4000)
TENFOLD = 10 * COUNTS[-1]
"""Digits that only full MNIST has; with them one sees whether the law kept its promise."""
VARIED = Augmentation(shift=2, rotation=10, scale=0.1, thickness=0.5)
RATE = 0.004
"""Learning rate: of 0.001, 0.002, 0.004 and 0.01 the best on the validation digits, 300 updates."""


@dataclass(frozen=True)
class FewSettings(Settings):
    """Settings of this experiment."""

    updates: int = 300  # of each network
    tenfold: bool = False  # whether 40,000 digits of full MNIST are learned from, too

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 10 <= self.updates <= 5000:
            raise ValueError("The number of updates must lie between 10 and 5,000.")

    @property
    def most_seen(self) -> int:
        """So many digits a network sees in all its updates, the same one as often as it comes."""
        return self.updates * BATCH


def plan(settings: FewSettings) -> Sequence[str]:
    """A part for each number of digits, with and without variations, and for each seed."""
    counts = (*COUNTS, TENFOLD) if settings.tenfold else COUNTS
    return [
        f"{count}-{'varied' if varied else 'plain'}-{seed}"
        for seed in range(settings.seeds)
        for count in counts
        for varied in (False, True)
    ]


def measure(settings: FewSettings, inputs: Inputs, done: Done) -> Steps:
    """See `Experiment.measure`; values: count, varied, seed, accuracy on the unseen test digits."""
    data = load("embedded")
    for key in plan(settings):
        if key in done:
            continue
        count, how, seed = key.split("-")
        # The test digits are unseen by full MNIST's training digits, too: see `model.data.mnist`.
        training = load("full").training if int(count) == TENFOLD else data.training
        network = yield from trained(
            drawn(training, int(count), int(seed)),
            settings.updates,
            int(seed),
            augmentation=VARIED if how == "varied" else None,
            learning_rate=RATE,
        )
        right = accuracy(network, data.test)
        values = {"count": int(count), "varied": how == "varied", "seed": int(seed)}
        yield Part(key, {**values, "accuracy": right})


EXPERIMENT = Experiment("few", 2, FewSettings(), plan, measure)
