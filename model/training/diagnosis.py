"""What an experienced eye sees in a training's curves, as rules over its history.

Each rule looks for one fault by its typical trace and says what it is, why it happens, and one
remedy that a click carries out. The thresholds were set on trainings of the course's network with
these faults made on purpose; trainings without a fault must get no hint.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from model.network import CLASSES, NetworkConfig
from model.training.augmentation import Augmentation
from model.training.config import TrainingConfig
from model.training.optimizer_steps import Optimizer

CHANCE = math.log(CLASSES)
"""The loss of a network that gives every digit the same probability: 2.303."""
USUAL: Mapping[Optimizer, float] = {"adam": 0.001, "rmsprop": 0.001, "momentum": 0.01, "sgd": 0.1}
"""Learning rates at which the course's network learns well."""

EARLY = 30  # batches before any rule speaks: the first losses say little
RECENT = 20  # batches whose mean counts as the loss now
STUCK_AFTER = 60  # batches within which a loss should have begun to fall
SLOW_LOSS = 1.2  # half of chance: a good rate is far below after an epoch
DEAD = 0.5  # share of a layer's neurons; a healthy network stays below a third
TURNED = 1.15  # validation loss over its best; both are means of three epochs
TURNED_BY = 0.02  # and at least so much: below, it is the noise of 500 digits


@dataclass(frozen=True)
class StartOver:
    """A remedy: a new run with these values."""

    label: str
    network: NetworkConfig
    settings: TrainingConfig


@dataclass(frozen=True)
class ShowEpoch:
    """A remedy: let all pages show the network as it was after this epoch."""

    label: str
    epoch: int


@dataclass(frozen=True)
class Hint:
    """One thing to notice: what, why, and what to do about it."""

    name: str
    sentence: str
    why: str
    remedy: StartOver | ShowEpoch


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the rules look at.

    Attributes:
        network: the architecture.
        settings: of the training.
        rate: the learning rate now.
        losses: (k,) of every batch so far, perhaps not finite.
        training: mean training loss of every finished epoch.
        validation: validation loss after every finished epoch.
        dead: share of a ReLU layer's neurons that no digit wakes, by layer; may be empty.
    """

    network: NetworkConfig
    settings: TrainingConfig
    rate: float
    losses: np.ndarray
    training: Sequence[float] = ()
    validation: Sequence[float] = ()
    dead: Mapping[str, float] = field(default_factory=dict)

    @property
    def now(self) -> float:
        """The loss of the last batches."""
        return float(np.mean(self.losses[-RECENT:]))


def hints(evidence: Evidence) -> tuple[Hint, ...]:
    """Return what is to be noticed, the gravest first; nothing where all is well."""
    if len(evidence.losses) and not np.isfinite(evidence.losses[-RECENT:]).all():
        return (_not_a_number(evidence),)
    found = (_learning(evidence), _dead(evidence), _overfitting(evidence))
    return tuple(hint for hint in found if hint is not None)


def _learning(evidence: Evidence) -> Hint | None:
    """The one thing, if any, that is wrong with how the training loss falls."""
    if len(evidence.losses) < EARLY:
        return None
    usual = USUAL[evidence.settings.optimizer]
    peak = float(np.max(_smooth(evidence.losses, 5)))
    if peak > 1.5 * CHANCE and evidence.now > 0.9 * CHANCE:
        return _too_high(evidence)
    first = float(np.mean(evidence.losses[:10]))
    flat = len(evidence.losses) >= STUCK_AFTER and evidence.now > 0.97 * first
    slow = len(evidence.training) > 0 and evidence.now > SLOW_LOSS
    if ((flat and evidence.now > SLOW_LOSS) or slow) and evidence.rate < usual / 2:
        return _too_low(evidence)
    if flat and evidence.now > 0.9 * CHANCE:
        return _too_high(evidence) if evidence.rate > 5 * usual else _not_falling(evidence)
    return None


def _not_a_number(evidence: Evidence) -> Hint:
    return Hint(
        "not a number",
        (
            "The loss is not a number any more: the training has diverged, its weights grew "
            "without end."
        ),
        "Each step moved the weights further than the last one, until they were too large for the "
        "computer's numbers. What is computed from them is “not a number” (NaN), and no further "
        "step repairs that. The usual cause is a learning rate that is too high.",
        _with_rate(evidence, evidence.rate / 10),
    )


def _too_high(evidence: Evidence) -> Hint:
    return Hint(
        "learning rate too high",
        f"The learning rate of {evidence.rate:g} looks too high: the loss is {evidence.now:.2f}. "
        f"Guessing gives {CHANCE:.2f}.",
        "The gradient says which way is down from here, but only nearby. A step that is too long "
        "jumps over the valley and lands higher up. After a few such jumps most neurons give zero "
        "for every digit, and the network can only guess.",
        _with_rate(evidence, evidence.rate / 10),
    )


def _too_low(evidence: Evidence) -> Hint:
    usual = USUAL[evidence.settings.optimizer]
    return Hint(
        "learning rate too low",
        f"The learning rate of {evidence.rate:g} looks too low: the loss hardly falls.",
        "Every step goes the right way, but it is so short that thousands of them lead nowhere. "
        f"For this optimiser {usual:g} is a good first choice.",
        _with_rate(evidence, min(evidence.rate * 10, usual)),
    )


def _not_falling(evidence: Evidence) -> Hint:
    defaults = TrainingConfig()
    settings = replace(
        evidence.settings,
        optimizer=defaults.optimizer,
        learning_rate=defaults.learning_rate,
        seed=evidence.settings.seed + 1,
    )
    return Hint(
        "loss not falling",
        f"The loss does not fall: after {len(evidence.losses):,} batches it is still "
        f"{evidence.now:.2f}. Guessing gives {CHANCE:.2f}.",
        "Either the first weights were unlucky, or the optimiser gets no useful direction, for "
        "instance because too much is dropped out or the network is too small. Another seed gives "
        "other first weights; Adam with 0.001 works for most networks.",
        StartOver("Start over with Adam, 0.001 and a new seed", evidence.network, settings),
    )


def _dead(evidence: Evidence) -> Hint | None:
    if not evidence.dead or len(evidence.losses) < EARLY:
        return None
    layer, share = max(evidence.dead.items(), key=lambda item: item[1])
    if share < DEAD:
        return None
    return Hint(
        "dead ReLUs",
        f"In {layer}, {share:.0%} of the neurons give zero for every one of 100 test digits.",
        "ReLU turns negative sums into zero. A neuron whose sum is negative for every digit always "
        "gives zero; its gradient is zero too, so it cannot learn its way back: it is called dead. "
        "One step that was too long is often enough. Smaller steps or other first weights help.",
        _with_rate(evidence, evidence.rate / 10, seed=evidence.settings.seed + 1),
    )


def _overfitting(evidence: Evidence) -> Hint | None:
    validation = np.asarray(evidence.validation, np.float64)
    if len(validation) < 5 or not np.isfinite(validation).all():
        return None
    smooth = _smooth(validation, 3)
    turned = smooth[-1] > max(TURNED * smooth.min(), smooth.min() + TURNED_BY)
    still_learning = evidence.training[-1] < evidence.training[int(smooth.argmin())]
    if not (turned and still_learning):
        return None
    best = int(validation.argmin()) + 1
    return Hint(
        "overfitting",
        f"The validation loss has turned up since epoch {best} while the training loss still "
        "falls: the network learns its training digits by heart.",
        "It gets better at the digits that it trains on and worse at those that it has not seen. "
        "This is called overfitting. More digits, random shifts and rotations, dropout or early "
        "stopping help. Shifted and turned digits are never twice the same, so that they are hard "
        "to learn by heart.",
        _remedy_for_overfitting(evidence, best),
    )


def _remedy_for_overfitting(evidence: Evidence, best: int) -> StartOver | ShowEpoch:
    if evidence.settings.augmentation.moves:
        return ShowEpoch(f"Show the network of epoch {best} on all pages", best)
    varied = Augmentation(shift=2, rotation=10)
    settings = replace(evidence.settings, augmentation=varied)
    return StartOver("Start over with random shifts and rotations", evidence.network, settings)


def _with_rate(evidence: Evidence, rate: float, seed: int | None = None) -> StartOver:
    rate = float(f"{max(rate, 1e-6):.2g}")
    settings = replace(evidence.settings, learning_rate=rate)
    if seed is None:
        return StartOver(f"Start over with {rate:g}", evidence.network, settings)
    settings = replace(settings, seed=seed)
    return StartOver(f"Start over with {rate:g} and a new seed", evidence.network, settings)


def _smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Means of `width` neighbours; shorter rows come back as one mean."""
    width = min(width, len(values))
    return np.convolve(values, np.full(width, 1 / width), "valid")
