"""A game of twenty rounds: was this one digit in the training set?

In each round a coin decides whether the digit is among a hundred training digits, and a new network
learns from them. Then one number is known: how sure the network is of that digit. An attacker who
has digits of his own trains sixteen networks before, half of them with the digit, and bets "in"
where a network is surer than halfway between the two halves.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from model.data.mnist import Digits
from model.experiments.experiment import Done, Part, Steps, Working
from model.experiments.privacy.attack import sureness
from model.experiments.privacy.dense import Recipe, flat, logits, trained_together

ROUNDS = 20
TRIALS = 16
"""Networks that the attacker trains before, half of them with the digit."""
DIGITS = 100
ATTACKER = "attacker"
PLAN = (ATTACKER, *(f"round-{number:02}" for number in range(ROUNDS)))
DRAWING, LABEL = "drawing", "label"
"""The names of the inputs: (1, 28, 28) uint8 and (1,) uint8."""


@dataclass(frozen=True, eq=False)
class Game:
    """One game.

    Attributes:
        drawing: the one digit, with its label.
        own: digits from which the networks of the rounds learn.
        attackers: those that the attacker has.
        recipe: how all networks are trained.
        number: of the game; it decides the coins.
    """

    drawing: Digits
    own: Digits
    attackers: Digits
    recipe: Recipe
    number: int


def play(game: Game, done: Done) -> Steps:
    """Measure the attacker's threshold, then the rounds.

    Values of the attacker: threshold, inside, outside (mean sureness of his networks, as log-odds).
    Of a round: number, inside (whether the digit was in), sureness, bet (whether he says so).
    """
    inside = coins(game.number)
    threshold: float | None = None
    if ATTACKER in done:
        threshold = float(done[ATTACKER].values["threshold"] or 0)
    for place, key in enumerate(PLAN):
        if key in done:
            continue
        if threshold is None:
            halves = np.arange(TRIALS) < TRIALS // 2
            found = yield from _sureness(game, game.attackers, halves, 1)
            means = [float(found[halves].mean()), float(found[~halves].mean())]
            threshold = sum(means) / 2
            values = {"threshold": threshold, "inside": means[0], "outside": means[1]}
            yield Part(key, values)
            continue
        number = place - 1
        found = yield from _sureness(game, game.own, inside[number : number + 1], 2 + number)
        yield Part(
            key,
            {
                "number": number + 1,
                "inside": bool(inside[number]),
                "sureness": float(found[0]),
                "bet": bool(found[0] > threshold),
            },
        )


def coins(number: int) -> np.ndarray:
    """Of each round whether the digit is in, (20,) bool: a fair coin each."""
    found: np.ndarray = np.random.default_rng((20, number)).random(ROUNDS) < 0.5
    return found


def _sureness(
    game: Game, pool: Digits, inside: np.ndarray, series: int
) -> Generator[Working, None, np.ndarray]:
    """How sure networks are of the digit, one network for each entry of `inside`."""
    sets, seeds = [], []
    for place, has_it in enumerate(inside):
        chance = np.random.default_rng((game.number, series, place))
        digits = pool.take(chance.permutation(len(pool))[:DIGITS])
        if has_it:  # in the place of another: the number of digits tells nothing
            digits = Digits(
                np.concatenate([game.drawing.images, digits.images[1:]]),
                np.concatenate([game.drawing.labels, digits.labels[1:]]),
            )
        sets.append(digits)
        seeds.append(int(chance.integers(1 << 30)))
    weights = yield from trained_together(sets, game.recipe, seeds)
    scores = logits(weights, flat(game.drawing))
    return sureness(scores, game.drawing.labels.astype(int))[:, 0]
