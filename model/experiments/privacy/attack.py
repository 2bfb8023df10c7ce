"""Was this digit among the training digits? Two attacks, and how good an attack is.

Both see one number of each digit, how sure the network is of its label (`sureness`), and call those
members where it is high.

- The loss threshold (Yeom, Giacomelli, Fredrikson and Jha 2018, "Privacy risk in machine learning:
  analyzing the connection to overfitting"): the number as it is. It falls as the loss rises.
- LiRA, offline (Carlini, Chien, Nasr, Song, Terzis and Tramèr 2022, "Membership inference attacks
  from first principles"): how far the number lies above that of shadow networks, which never saw
  the digit. With so few of them the spread is taken from all digits together, as the paper advises.
"""

import math

import numpy as np
from scipy.stats import mannwhitneyu


def sureness(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)) of each label's probability p.

    Computed of the scores, it has no largest value: p is 1 in float32 where this is still finite.

    Args:
        scores: (…, n, 10), before softmax.
        labels: (n,).

    Returns:
        (…, n) float32.
    """
    scores = scores.astype(np.float64)
    places = np.arange(len(labels))
    own = scores[..., places, labels]
    scores[..., places, labels] = -np.inf
    highest = scores.max(axis=-1)
    others = highest + np.log(np.exp(scores - highest[..., None]).sum(axis=-1))
    found: np.ndarray = (own - others).astype(np.float32)
    return found


def lira(target: np.ndarray, shadows: np.ndarray) -> np.ndarray:
    """How far each digit's sureness lies above its shadows', in their spread.

    Args:
        target: (n,) of the attacked network.
        shadows: (s, n) of networks that did not learn from these digits.
    """
    spread = math.sqrt(float(shadows.var(axis=0, ddof=1).mean())) or 1.0
    found: np.ndarray = (target - shadows.mean(axis=0)) / spread
    return found


def auc(members: np.ndarray, strangers: np.ndarray) -> float:
    """How often a member's number is higher than a stranger's; of equal ones half count."""
    pairs = len(members) * len(strangers)
    return float(mannwhitneyu(members, strangers, method="asymptotic").statistic) / pairs


def found_at(members: np.ndarray, strangers: np.ndarray, alarms: float) -> float:
    """The share of members found by a threshold with at most this share of false alarms."""
    allowed = math.floor(alarms * len(strangers) + 1e-9)
    if allowed >= len(strangers):
        return 1.0
    threshold = np.sort(strangers)[::-1][allowed]
    return float((members > threshold).mean())


def chance_limit(count: int) -> float:
    """How far from one half chance alone takes the AUC of so many members and strangers.

    19 of 20 times it stays within; from the variance of the Mann-Whitney statistic without ties.
    """
    return 1.96 * math.sqrt((2 * count + 1) / (12 * count * count))
