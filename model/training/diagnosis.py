"""What an experienced eye sees in a training's curves, as rules over its history.

Each rule looks for one fault by its typical trace and gives its kind, the figures that show it, and
one remedy that a click carries out; the words for them are in `ui.train.hint_words`. The thresholds
were set on trainings of the course's network with these faults made on purpose; trainings without a
fault must get no hint.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

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

    network: NetworkConfig
    settings: TrainingConfig


@dataclass(frozen=True)
class ShowEpoch:
    """A remedy: let all pages show the network as it was after this epoch."""

    epoch: int


class HintKind(StrEnum):
    """What is to be noticed."""

    NOT_A_NUMBER = "not a number"
    RATE_TOO_HIGH = "learning rate too high"
    RATE_TOO_LOW = "learning rate too low"
    NOT_FALLING = "loss not falling"
    DEAD_RELUS = "dead ReLUs"
    OVERFITTING = "overfitting"


@dataclass(frozen=True)
class Hint:
    """One thing to notice, the figures that show it, and what to do about it.

    Attributes:
        kind: what it is.
        remedy: what a click may do.
        rate: the learning rate now.
        usual: a rate at which the optimiser learns the course's network well.
        loss: of the last batches; perhaps not finite.
        batches: done so far.
        layer: with the most dead neurons; empty for other kinds.
        share: of that layer's neurons that are dead, 0 to 1.
        best: the epoch with the lowest validation loss, from 1; 0 for kinds other than overfitting.
    """

    kind: HintKind
    remedy: StartOver | ShowEpoch
    rate: float
    usual: float
    loss: float
    batches: int
    layer: str = ""
    share: float = 0.0
    best: int = 0


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
        dead: share of a ReLU layer's neurons that are dead, by layer; may be empty.
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
        return (_hint(evidence, HintKind.NOT_A_NUMBER, _with_rate(evidence, evidence.rate / 10)),)
    found = (_learning(evidence), _dead(evidence), _overfitting(evidence))
    return tuple(hint for hint in found if hint is not None)


def _hint(
    evidence: Evidence,
    kind: HintKind,
    remedy: StartOver | ShowEpoch,
    layer: str = "",
    share: float = 0.0,
    best: int = 0,
) -> Hint:
    usual, batches = USUAL[evidence.settings.optimizer], len(evidence.losses)
    return Hint(kind, remedy, evidence.rate, usual, evidence.now, batches, layer, share, best)


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
        higher = min(evidence.rate * 10, usual)
        return _hint(evidence, HintKind.RATE_TOO_LOW, _with_rate(evidence, higher))
    if flat and evidence.now > 0.9 * CHANCE:
        return _too_high(evidence) if evidence.rate > 5 * usual else _not_falling(evidence)
    return None


def _too_high(evidence: Evidence) -> Hint:
    return _hint(evidence, HintKind.RATE_TOO_HIGH, _with_rate(evidence, evidence.rate / 10))


def _not_falling(evidence: Evidence) -> Hint:
    defaults = TrainingConfig()
    settings = replace(
        evidence.settings,
        optimizer=defaults.optimizer,
        learning_rate=defaults.learning_rate,
        seed=evidence.settings.seed + 1,
    )
    return _hint(evidence, HintKind.NOT_FALLING, StartOver(evidence.network, settings))


def _dead(evidence: Evidence) -> Hint | None:
    if not evidence.dead or len(evidence.losses) < EARLY:
        return None
    layer, share = max(evidence.dead.items(), key=lambda item: item[1])
    if share < DEAD:
        return None
    remedy = _with_rate(evidence, evidence.rate / 10, seed=evidence.settings.seed + 1)
    return _hint(evidence, HintKind.DEAD_RELUS, remedy, layer=layer, share=share)


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
    remedy = _remedy_for_overfitting(evidence, best)
    return _hint(evidence, HintKind.OVERFITTING, remedy, best=best)


def _remedy_for_overfitting(evidence: Evidence, best: int) -> StartOver | ShowEpoch:
    if evidence.settings.augmentation.moves:
        return ShowEpoch(best)
    varied = Augmentation(shift=2, rotation=10)
    return StartOver(evidence.network, replace(evidence.settings, augmentation=varied))


def _with_rate(evidence: Evidence, rate: float, seed: int | None = None) -> StartOver:
    settings = replace(evidence.settings, learning_rate=float(f"{max(rate, 1e-6):.2g}"))
    if seed is not None:
        settings = replace(settings, seed=seed)
    return StartOver(evidence.network, settings)


def _smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Means of `width` neighbours; shorter rows come back as one mean."""
    width = min(width, len(values))
    return np.convolve(values, np.full(width, 1 / width), "valid")
