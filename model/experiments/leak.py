"""What does a network give away? Whether a digit was among those that it has learned from.

As many members as strangers are asked about, and none of them is used for anything else: training
stops early by the validation digits, and the attacker's shadow networks learn from digits of their
own. Where a share of the labels is wrong it is as large among the strangers: else the wrong label
alone would give a member away.

With the number of a game in the settings, another thing is measured: twenty rounds about the one
digit in the inputs (`model.experiments.privacy.game`).
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

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
from model.experiments.privacy import accountant, game
from model.experiments.privacy.attack import auc, found_at, lira, sureness
from model.experiments.privacy.dense import Recipe, flat, logits, trained_together

COUNTS = (100, 500, 4000)
ASKED = 500
"""Members, and strangers, that the attacker is asked about; all where there are fewer."""
OWN = 1000
"""Of the training digits, those whose members are asked about. The attacker has the others."""
SHADOWS = 16
ALARMS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Shares of false alarms at which the members that are found are counted."""
WRONG = 0.2  # share of wrong labels
NOISES = (0.5, 1.0, 2.0, 4.0)
ARMS = ("plain", "wrong", "dropout", "shifted", "stopped", *(f"noise{n:g}" for n in NOISES))
SHADOWED = ("plain", "wrong", "dropout", "shifted", "stopped", "noise1")
"""The arms that are attacked with shadow networks, too."""


@dataclass(frozen=True)
class LeakSettings(Settings):
    """Settings of this experiment."""

    updates: int = 600  # of each network
    game: int = 0  # which game of twenty rounds about the person's own digit; 0: the experiment
    noise: bool = False  # whether the game's networks are trained with noise

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 10 <= self.updates <= 5000:
            raise ValueError("The number of updates must lie between 10 and 5,000.")


def recipe_of(arm: str, updates: int) -> Recipe:
    """How an arm trains."""
    plain = Recipe(updates)
    match arm:
        case "dropout":
            return replace(plain, dropout=0.5)
        case "shifted":
            return replace(plain, shift=2)
        case "stopped":
            return replace(plain, stop_early=True)
        case _ if arm.startswith("noise"):
            return replace(plain, noise=float(arm.removeprefix("noise")))
        case _:
            return plain


def plan(settings: LeakSettings) -> Sequence[str]:
    """The loss threshold for every arm; then for most arms the shadow networks, and LiRA."""
    if settings.game:
        return game.PLAN
    return [
        *(f"{arm}-{n}-{seed}" for arm in ARMS for seed in range(settings.seeds) for n in COUNTS),
        *(
            key
            for arm in SHADOWED
            for n in COUNTS
            for key in (
                f"shadows-{arm}-{n}",
                *(f"lira-{arm}-{n}-{seed}" for seed in range(settings.seeds)),
            )
        ),
    ]


def measure(settings: LeakSettings, inputs: Inputs, done: Done) -> Steps:
    """See `Experiment.measure`.

    Values of an attack: attack ("loss" or "lira"), arm, count, seed, asked (members, and as many
    strangers), auc, found_… for each of `ALARMS`; of a loss attack accuracy on the test digits, and
    epsilon where there is noise. Arrays: the sureness of members and strangers.
    """
    if settings.game:
        yield from _game(settings, inputs, done)
        return
    found = dict(done)
    for key in plan(settings):
        if key in found:
            continue
        attack, arm, count, seed = _taken_apart(key)
        if attack == "loss":
            part = yield from _network(key, arm, count, seed, settings)
        elif attack == "shadows":
            part = yield from _shadows(key, arm, count, settings)
        else:
            shadows, target = found[f"shadows-{arm}-{count}"], found[f"{arm}-{count}-{seed}"]
            scores = {
                side: lira(target.arrays[side], shadows.arrays[f"{side}{seed}"])
                for side in ("members", "strangers")
            }
            values: dict[str, Value] = {"attack": "lira", "arm": arm, "count": count, "seed": seed}
            part = Part(key, {**values, **attacked(**scores)})
        found[key] = part
        yield part


def _game(settings: LeakSettings, inputs: Inputs, done: Done) -> Steps:
    training = load("embedded").training
    own, rest = _split(len(training))
    yield from game.play(
        game.Game(
            Digits(inputs.arrays[game.DRAWING], inputs.arrays[game.LABEL]),
            training.take(own),
            training.take(rest),
            recipe_of("noise4" if settings.noise else "plain", settings.updates),
            settings.game,
        ),
        done,
    )


def _taken_apart(key: str) -> tuple[str, str, int, int]:
    parts = key.split("-")
    if parts[0] == "shadows":
        return "shadows", parts[1], int(parts[2]), 0
    if parts[0] == "lira":
        return "lira", parts[1], int(parts[2]), int(parts[3])
    return "loss", parts[0], int(parts[1]), int(parts[2])


@dataclass(frozen=True, eq=False)
class Sides:
    """Who is asked about, with the labels that the network is asked about."""

    training: Digits  # the first of them are the members that are asked about
    members: Digits
    strangers: Digits


def sides(count: int, seed: int, wrong: float = 0.0) -> Sides:
    """The digits of one network.

    Args:
        count: of training digits.
        seed: of all chances.
        wrong: share of labels that are wrong, among training digits and strangers alike.
    """
    data = load("embedded")
    own, rest = _split(len(data.training))
    chance = np.random.default_rng((seed, count))
    asked = min(count, ASKED)
    order = np.concatenate([chance.permutation(own), rest])[:count]
    strangers = data.test.take(chance.permutation(len(data.test))[:asked])
    training = with_wrong(data.training.take(order), wrong, chance)
    return Sides(training, training.take(np.arange(asked)), with_wrong(strangers, wrong, chance))


def with_wrong(digits: Digits, share: float, chance: np.random.Generator) -> Digits:
    """The same digits, a share of them with another label, each as likely as the others."""
    wrong = chance.permutation(len(digits))[: round(share * len(digits))]
    labels = digits.labels.copy()
    labels[wrong] = (labels[wrong] + chance.integers(1, 10, len(wrong))) % 10
    return Digits(digits.images, labels)


def attackers_digits(count: int, number: int, wrong: float = 0.0) -> Digits:
    """What one shadow network learns from: none of those that are asked about.

    Of those that the attacker has it takes nine tenths at most, so that shadows differ.
    """
    training = load("embedded").training
    _, rest = _split(len(training))
    chance = np.random.default_rng((9, count, number))
    size = min(count, len(rest) * 9 // 10)
    return with_wrong(training.take(chance.permutation(rest)[:size]), wrong, chance)


def attacked(members: np.ndarray, strangers: np.ndarray) -> dict[str, Value]:
    """How good an attack is."""
    shares: dict[str, Value] = {
        f"found_{alarms:g}": found_at(members, strangers, alarms)
        for alarms in ALARMS
        if alarms * len(strangers) >= 1
    }
    return {"asked": len(members), "auc": auc(members, strangers), **shares}


def _split(count: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(2022).permutation(count)
    return order[:OWN], order[OWN:]


def _network(
    key: str, arm: str, count: int, seed: int, settings: LeakSettings
) -> Generator[Working, None, Part]:
    recipe = recipe_of(arm, settings.updates)
    data = load("embedded")
    digits = sides(count, seed, WRONG if arm == "wrong" else 0.0)
    weights = yield from trained_together([digits.training], recipe, [seed], data.validation)
    arrays = {
        name: sureness(logits(weights, flat(each))[0], each.labels.astype(int))
        for name, each in (("members", digits.members), ("strangers", digits.strangers))
    }
    answers = logits(weights, flat(data.test))[0].argmax(axis=1)
    right = float((answers == data.test.labels).mean())
    values: dict[str, Value] = {"attack": "loss", "arm": arm, "count": count, "seed": seed}
    if recipe.noise:
        share = min(recipe.batch, count) / count
        values["epsilon"] = accountant.epsilon(recipe.noise, share, recipe.updates)
    return Part(key, {**values, "accuracy": right, **attacked(**arrays)}, arrays)


def _shadows(
    key: str, arm: str, count: int, settings: LeakSettings
) -> Generator[Working, None, Part]:
    wrong = WRONG if arm == "wrong" else 0.0
    sets = []
    for number in range(SHADOWS):
        sets.append(attackers_digits(count, number, wrong))
        yield Working(0.0)
    recipe = recipe_of(arm, settings.updates)
    seeds = range(1000, 1000 + SHADOWS)
    validation = load("embedded").validation
    weights = yield from trained_together(sets, recipe, seeds, validation)
    arrays = {}
    for seed in range(settings.seeds):
        asked = sides(count, seed, wrong)
        for name, digits in (("members", asked.members), ("strangers", asked.strangers)):
            scores = logits(weights, flat(digits))
            arrays[f"{name}{seed}"] = sureness(scores, digits.labels.astype(int))
            yield Working(1.0)
    return Part(key, {"attack": "shadows", "arm": arm, "count": count}, arrays)


EXPERIMENT = Experiment("leak", 1, LeakSettings(), plan, measure)
