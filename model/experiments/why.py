"""Why convolution? Five learners on the same digits: as they are, moved, and with mixed pixels.

Mixing the pixels once, in the same way for every picture, takes nothing from a learner that does
not know which pixels are neighbours; a convolution knows, and loses it (the permuted MNIST of
Goodfellow et al. 2013, "An empirical investigation of catastrophic forgetting", is this test). When
each picture is mixed in its own way, nothing is left but how much ink there is: what that alone
tells is measured beside it.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

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
from model.experiments.learners import LEARNERS, Learned, LearnerName, read
from model.experiments.learners.loop import in_thread
from model.experiments.learning import drawn

Pixels = Literal["kept", "once", "each"]
"""How the pixels were mixed: not at all, in one way for all pictures, in each its own way."""
COUNTS = (10, 50, 200, 1000, 4000)
MOST = COUNTS[-1]
SHIFTS = tuple(range(7))
"""Pixels; MNIST's digits keep about four from the edge, so further on some ink is cut off."""
DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))
INK = "ink"
"""In the place of a learner's name: one that knows how often each shade of grey occurs, no more."""
SHADES = 16


@dataclass(frozen=True)
class WhySettings(Settings):
    """Settings of this experiment."""

    updates: int = 300  # of each network that is trained step by step

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 10 <= self.updates <= 5000:
            raise ValueError("The number of updates must lie between 10 and 5,000.")


def plan(settings: WhySettings) -> Sequence[str]:
    """For each seed: each number of digits with each learner, then with mixed pixels.

    The quickest learners come first, so that the chart has its first points at once.
    """
    names = list(LEARNERS)[::-1]
    return [
        key
        for seed in range(settings.seeds)
        for key in (
            *(f"{name}-kept-{count}-{seed}" for count in COUNTS for name in names),
            *(f"{name}-{how}-{MOST}-{seed}" for how in ("once", "each") for name in names),
            f"{INK}-each-{MOST}-{seed}",
        )
    ]


def measure(settings: WhySettings, inputs: Inputs, done: Done) -> Steps:
    """See `Experiment.measure`.

    Values: learner, pixels, count, seed, parameters, accuracy on the unseen test digits, and for
    all digits as they are also shift0 … shift6, the accuracy on digits moved by so many pixels.
    """
    data = load("embedded")
    for key in plan(settings):
        if key in done:
            continue
        name, how, count, seed = key.split("-")
        digits = mixed(drawn(data.training, int(count), int(seed)), _pixels(how), int(seed))
        test = mixed(data.test, _pixels(how), int(seed))
        values: dict[str, Value] = {
            "learner": name,
            "pixels": how,
            "count": int(count),
            "seed": int(seed),
        }
        if name == INK:
            accuracy = yield from _ink(digits, test)
            yield Part(key, {**values, "accuracy": accuracy})
            continue
        learned = yield from LEARNERS[_learner(name)](digits, settings.updates, int(seed))
        answers = yield from read(learned, test.images)
        values |= {"parameters": learned.parameters, "accuracy": _share(answers, test.labels)}
        if how == "kept" and int(count) == MOST:
            values |= yield from _moved(learned, test)
        shown = int(count) == MOST and int(seed) == 0
        yield Part(key, values, learned.pictures if shown else {})


def mixed(digits: Digits, how: Pixels, seed: int) -> Digits:
    """The digits with their pixels in another order.

    Args:
        digits: as they are.
        how: "once" mixes training and test digits in the same way; "each" mixes every picture in
            its own way.
        seed: of the order.
    """
    rows = digits.images.reshape(len(digits), -1)
    match how:
        case "kept":
            return digits
        case "once":
            rows = rows[:, np.random.default_rng((seed, 1)).permutation(rows.shape[1])]
        case "each":
            rows = np.random.default_rng((seed, 2, len(rows))).permuted(rows, axis=1)
    return Digits(rows.reshape(digits.images.shape), digits.labels)


def moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Pictures moved by whole pixels; what leaves the frame is gone, paper comes in.

    Args:
        images: (n, 28, 28).
        down: pixels; negative is up.
        right: pixels; negative is left.
    """
    found = np.zeros_like(images)
    height, width = images.shape[1:]
    found[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        :, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return found


def _moved(learned: Learned, test: Digits) -> Generator[Working, None, dict[str, Value]]:
    """The accuracy at each distance, the mean of four directions."""
    values: dict[str, Value] = {}
    for shift in SHIFTS:
        shares = []
        for down, right in DIRECTIONS if shift else DIRECTIONS[:1]:
            images = moved(test.images, down * shift, right * shift)
            answers = yield from read(learned, images)
            shares.append(_share(answers, test.labels))
        values[f"shift{shift}"] = float(np.mean(shares))
    return values


def _ink(digits: Digits, test: Digits) -> Generator[Working, None, float]:
    from sklearn.linear_model import LogisticRegression

    machine = LogisticRegression(max_iter=1000)
    yield from in_thread(lambda: machine.fit(_shades(digits), digits.labels))
    return _share(machine.predict(_shades(test)), test.labels)


def _shades(digits: Digits) -> np.ndarray:
    """How many hundred pixels of each picture have each of 16 shades: (n, 16)."""
    shades = digits.images.reshape(len(digits), -1) // (256 // SHADES)
    return np.stack([(shades == shade).sum(axis=1) for shade in range(SHADES)], axis=1) / 100


def _share(answers: np.ndarray, labels: np.ndarray) -> float:
    return float((answers == labels).mean())


def _pixels(text: str) -> Pixels:
    return next(each for each in get_args(Pixels) if each == text)


def _learner(text: str) -> LearnerName:
    return next(each for each in LEARNERS if each == text)


EXPERIMENT = Experiment("why", 1, WhySettings(), plan, measure)
