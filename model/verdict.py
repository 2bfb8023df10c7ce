"""Whether an answer can be trusted: is the network sure, and is this a digit at all?

Ten probabilities always sum to 1, also for a letter or a scribble. So each network gets two rules
of its own, measured on digits that it has not learned from; nothing is tuned to one network.

Sure: its answers on the validation digits are sorted by their largest probability, and the lowest
limit is taken above which 99.8 % are right ("selective classification", El-Yaniv and Wiener 2010,
"On the foundations of noise-free selective classification").

Digit or not: a picture is strange when no training digit is like it, neither in the eyes of the
network (distance to the fifth nearest in the dense layer, Sun, Ming, Zhu and Li 2022,
"Out-of-distribution detection with deep nearest neighbors") nor as a picture (distance to the
nearest after a slight blur). The product of both distances is the strangeness; 99.2 % of the
validation digits are below the limit. The product refuses fewer real digits than either alone: an
odd hand is far in one of them, a scribble in both. What is smaller, flatter or darker than any
training digit is refused as well: dots, dashes and blots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from model import digits
from model.activations import ForwardPass
from model.forward import every_output
from model.network import CLASSES, Kind, Network, NetworkConfig, layers

RIGHT = 0.998
"""The share of sure answers that must be right on the validation digits."""
FAMILIAR = 0.992
"""The share of validation digits that must not be called strange."""
NEIGHBOURS = 5
REFERENCE = 100
"""Training digits of each class that a picture is compared with in the dense layer."""
BATCH = 250


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules of one network.

    Attributes:
        sure: answers with a largest probability below this are "not sure"; infinite when the
            network is never right often enough.
        coverage: the share of validation digits that it is sure of.
        right: the share of those that it reads rightly.
        strange: pictures of a greater strangeness do not look like a digit.
        form: of all training digits; what is outside does not look like one either.
        known: (n, units) float32 of length 1, the dense layer's values for training digits.
    """

    sure: float
    coverage: float
    right: float
    strange: float
    form: "Form"
    known: np.ndarray


@dataclass(frozen=True)
class Form:
    """The form of digits: the darkest, the flattest and the smallest of them."""

    most_ink: float  # mean over the picture, from 0 to 1
    least_height: int  # in pixels, of what is darker than half
    least_side: int  # the longer of height and width, likewise


class Judgement(StrEnum):
    """What can be said of an answer."""

    SURE = "sure"
    UNSURE = "not sure"
    STRANGE = "not a digit"


@dataclass(frozen=True)
class Verdict:
    """An answer with its judgement; probabilities and margin from 0 to 1."""

    judgement: Judgement
    digit: int
    probability: float
    runner_up: int
    margin: float  # between the probabilities of the digit and of the runner-up


@dataclass(frozen=True, eq=False)
class Reading:
    """What the network says of several digits: (n, 10) and the dense layer's (n, units)."""

    probabilities: np.ndarray
    features: np.ndarray


def judge(
    pixels: np.ndarray, probabilities: np.ndarray, features: np.ndarray, rules: Rules | None
) -> Verdict:
    """Judge one answer.

    Args:
        pixels: (28, 28) float32 in [0, 1], what the network received.
        probabilities: (10,) of it.
        features: (units,) of it in the dense layer, after the activation.
        rules: of the network; None while they are not known: then every answer counts as sure.
    """
    order = np.argsort(-probabilities, kind="stable")
    best, second = (float(probabilities[digit]) for digit in order[:2])
    judgement = Judgement.SURE
    if rules is not None:
        far = strangeness(pixels[None], features[None], rules.known)[0] > rules.strange
        if far or not _fits(form_of(pixels[None]), rules.form):
            judgement = Judgement.STRANGE
        elif best < rules.sure:
            judgement = Judgement.UNSURE
    return Verdict(judgement, int(order[0]), best, int(order[1]), best - second)


def judge_pass(inside: ForwardPass, rules: Rules | None) -> Verdict:
    """Judge the answer of a forward pass; see `judge`."""
    dense = next(each for each in inside.layers if each.layer.kind is Kind.DENSE)
    return judge(inside.digit, inside.probabilities, dense.after, rules)


def read(network: Network, pictures: np.ndarray) -> Reading:
    """Read several digits. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        pictures: (n, 28, 28) float32 in [0, 1], at least one.
    """
    compiled, dense = every_output(network.config), dense_layer(network.config)
    weights = list(network.weights.values())
    parts = []
    for start in range(0, len(pictures), BATCH):
        outputs = compiled(weights, pictures[start : start + BATCH, ..., None])
        parts.append((np.asarray(outputs["output"][1]), np.asarray(outputs[dense][1])))
    return Reading(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def rules_for(network: Network) -> Rules:
    """Measure the rules of a network; 1,500 digits are read. Runs in a worker.

    The training digits of the embedded set serve as "known", whatever the network learned from:
    they are digits, which is all that is asked of them.
    """
    data = digits.embedded()
    known = read(network, _some_training().inputs()).features
    seen = read(network, data.validation.inputs())
    return measured(seen, data.validation, units(known), form_of(data.training.inputs()))


def measured(seen: Reading, validation: digits.Digits, known: np.ndarray, form: Form) -> Rules:
    """Return the rules that follow from what a network says of the validation digits.

    Args:
        seen: what it says.
        validation: the digits it was asked about.
        known: see `Rules`.
        form: likewise.
    """
    confidence = seen.probabilities.max(axis=1)
    hits = seen.probabilities.argmax(axis=1) == validation.labels
    sure = sure_limit(confidence, hits)
    above = confidence >= sure
    limit = float(np.quantile(strangeness(validation.inputs(), seen.features, known), FAMILIAR))
    right = float(hits[above].mean()) if above.any() else 0.0
    return Rules(sure, float(above.mean()), right, limit, form, known)


def sure_limit(confidence: np.ndarray, hits: np.ndarray) -> float:
    """Return the lowest confidence at and above which `RIGHT` of the answers are right.

    Args:
        confidence: (n,) the largest probability of each answer.
        hits: (n,) bool, whether it was right.

    Returns:
        One of the confidences, or infinity where there is no such limit.
    """
    order = np.argsort(-confidence, kind="stable")
    descending = confidence[order]
    shares = np.cumsum(hits[order]) / np.arange(1, len(order) + 1)
    # Answers of equal confidence stand or fall together: only the last of them ends a group.
    ends = np.append(descending[1:] < descending[:-1], True)
    good = np.flatnonzero(ends & (shares >= RIGHT))
    return float(descending[good[-1]]) if len(good) else float("inf")


def form_of(pictures: np.ndarray) -> Form:
    """Return the form of some digits, (n, 28, 28) float32 in [0, 1]."""
    dark = pictures > 0.5
    height, width = _extent(np.any(dark, axis=2)), _extent(np.any(dark, axis=1))
    side = np.maximum(height, width)
    return Form(float(pictures.mean(axis=(1, 2)).max()), int(height.min()), int(side.min()))


def _extent(there: np.ndarray) -> np.ndarray:
    """The distance from the first to the last True of each row, both counted; 0 without any."""
    span = there.shape[1] - there.argmax(axis=1) - there[:, ::-1].argmax(axis=1)
    result: np.ndarray = np.where(there.any(axis=1), span, 0)
    return result


def _fits(one: Form, known: Form) -> bool:
    return (
        one.most_ink <= known.most_ink
        and one.least_height >= known.least_height
        and one.least_side >= known.least_side
    )


def dense_layer(config: NetworkConfig) -> str:
    """The name of the layer whose values are compared: the dense one before the output."""
    return next(layer.name for layer in layers(config) if layer.kind is Kind.DENSE)


def units(rows: np.ndarray) -> np.ndarray:
    """Return rows scaled to length 1; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    result: np.ndarray = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return result


def number(verdicts: Sequence[Verdict], boxes: Sequence[tuple[int, int, int, int]]) -> str:
    """Return digits in reading order as text: a new line where the next one begins further left.

    What does not look like a digit is left out; what is not sure is followed by a question mark.

    Args:
        verdicts: one a digit.
        boxes: (top, left, bottom, right) of each on its sheet.
    """
    text = ""
    for place, verdict in enumerate(verdicts):
        if (
            place
            and boxes[place][1] < boxes[place - 1][3]
            and _below(boxes[place - 1], boxes[place])
        ):
            text += "\n"
        if verdict.judgement is not Judgement.STRANGE:
            text += str(verdict.digit)
            text += "?" if verdict.judgement is Judgement.UNSURE else ""
    return text


def _below(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> bool:
    """Whether the middle of the second box is below the first."""
    return two[0] + two[2] > 2 * one[2]


def strangeness(pictures: np.ndarray, features: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return how far each picture is from all training digits, 0 is on one of them.

    Args:
        pictures: (n, 28, 28) float32 in [0, 1].
        features: (n, units) of them in the dense layer.
        known: see `Rules`.

    Returns:
        (n,) float32: 1 − cosine similarity to the `NEIGHBOURS`-th nearest in the dense layer,
        times 1 − cosine similarity to the nearest blurred picture.
    """
    eyes = np.partition(units(features) @ known.T, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS]
    blurred = units(_blurred(pictures).reshape(len(pictures), -1))
    nearest = (blurred @ _pictures().T).max(axis=1)
    result: np.ndarray = (1 - eyes) * (1 - nearest)
    return result


def _blurred(pictures: np.ndarray) -> np.ndarray:
    """Average each pixel with its neighbours, 1:2:1 both ways: a stroke may lie a pixel aside."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    down = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    result: np.ndarray = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]
    return result


@lru_cache(maxsize=1)
def _pictures() -> np.ndarray:
    """All training digits, blurred, (4000, 784) of length 1: the same for every network."""
    blurred = _blurred(digits.embedded().training.inputs())
    return units(blurred.reshape(len(blurred), -1))


def _some_training() -> digits.Digits:
    training = digits.embedded().training
    places = [np.flatnonzero(training.labels == label)[:REFERENCE] for label in range(CLASSES)]
    return training.take(np.concatenate(places))
