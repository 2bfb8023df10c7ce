"""Whether an answer can be trusted: is the network sure, and is this a digit at all?

Ten probabilities always sum to 1, also for a letter or a scribble. So two things are measured.

Sure: each network's answers on the validation digits, which it has not learned from, are sorted by
their largest probability, and the lowest limit is taken above which 99.8 % are right ("selective
classification", El-Yaniv and Wiener 2010, "On the foundations of noise-free selective
classification").

That is not enough where a digit is unlike those of any validation set: a network may read a 4 with
a small closed top as a 9, at 99 %. Two networks that were made apart seldom make the same mistake
(Hansen and Salamon 1990, "Neural network ensembles"). So the detector, which knows the ten digits
too, has to see the same digit.

Digit or not: that is a question to the picture and not to the network, which may have learned for
a minute or not at all. `model.network.digit_detector` answers it, the same for every network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.data import mnist
from model.network import Network
from model.network.activations import ForwardPass
from model.network.digit_detector import detector, likeness_of
from model.network.forward import probabilities

RIGHT = 0.998
"""The share of sure answers that must be right on the validation digits."""
AGREED = 0.95
"""What the detector has to give the network's digit at least, or the answer is not sure.

Measured with the shipped network: 93.3 % of MNIST's test digits are sure then, and 1 of those is
wrong; of 3,000 digits of many hands 92.4 %, and 1 is wrong. When the detector had to give 0.9 to
any digit, it was 95.3 % and 3, 94.4 % and 16.
"""


@dataclass(frozen=True)
class Rules:
    """When a network is sure.

    Attributes:
        sure: answers with a largest probability below this are "not sure"; infinite when the
            network is never right often enough.
        coverage: the share of validation digits that it is sure of.
        right: the share of those that it reads rightly.
    """

    sure: float
    coverage: float
    right: float


class Judgement(StrEnum):
    """What can be said of an answer."""

    SURE = "sure"
    UNSURE = "not sure"
    UNFINISHED = "not yet a digit"
    STRANGE = "not a digit"


@dataclass(frozen=True)
class Verdict:
    """An answer with its judgement; probabilities and margin from 0 to 1."""

    judgement: Judgement
    digit: int
    probability: float
    runner_up: int
    margin: float  # between the probabilities of the digit and of the runner-up


def judge(
    probabilities: np.ndarray, detected: np.ndarray, rules: Rules | None, *, finished: bool = True
) -> Verdict:
    """Judge one answer.

    Args:
        probabilities: (10,) that the network answered.
        detected: (11,) that the detector answered of the same picture.
        rules: of the network; None while they are not known: then it counts as sure of every digit.
        finished: whether nothing more is being drawn. Half a 4 is no digit, but not strange either.
    """
    order = np.argsort(-probabilities, kind="stable")
    best, second = (float(probabilities[digit]) for digit in order[:2])
    judgement = Judgement.SURE
    if likeness_of(detected) < detector().limit:
        judgement = Judgement.STRANGE if finished else Judgement.UNFINISHED
    elif detected[order[0]] < AGREED or (rules is not None and best < rules.sure):
        judgement = Judgement.UNSURE
    return Verdict(judgement, int(order[0]), best, int(order[1]), best - second)


def judge_pass(inside: ForwardPass, rules: Rules | None, *, finished: bool = True) -> Verdict:
    """Judge the answer of a forward pass; see `judge`."""
    (detected,) = detector().answers(inside.digit[None])
    return judge(inside.probabilities, detected, rules, finished=finished)


def rules_for(network: Network) -> Rules:
    """Measure the rules of a network; 500 digits are read. Runs in a worker."""
    validation = mnist.embedded().validation
    return measured(probabilities(network, validation.inputs()), validation.labels)


def measured(probabilities: np.ndarray, labels: np.ndarray) -> Rules:
    """Return the rules that follow from what a network says of the validation digits.

    Args:
        probabilities: (n, 10) what it says.
        labels: (n,) what they are.
    """
    confidence, hits = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    sure = sure_limit(confidence, hits)
    above = confidence >= sure
    return Rules(sure, float(above.mean()), float(hits[above].mean()) if above.any() else 0.0)


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
            text += "" if verdict.judgement is Judgement.SURE else "?"
    return text


def _below(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> bool:
    """Whether the middle of the second box is below the first."""
    return two[0] + two[2] > 2 * one[2]
