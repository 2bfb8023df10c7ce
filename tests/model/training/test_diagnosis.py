"""Each fault made on purpose must be named, and a training without a fault must get no hint."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model.network import NetworkConfig
from model.training.config import TrainingConfig
from model.training.diagnosis import CHANCE, Evidence, Hint, ShowEpoch, StartOver, hints
from model.training.trainer import Trainer

COURSE = NetworkConfig()
SMALL = NetworkConfig(filters=(4,), dense_units=16)


def settings_of(hint: Hint) -> TrainingConfig:
    assert isinstance(hint.remedy, StartOver)
    return hint.remedy.settings


def evidence(losses: object, **values: Any) -> Evidence:
    settings = values.pop("settings", TrainingConfig())
    rate = values.pop("rate", settings.learning_rate)
    return Evidence(COURSE, settings, rate, np.asarray(losses, np.float32), **values)


def names(found: Evidence) -> list[str]:
    return [hint.kind for hint in hints(found)]


def falling(batches: int, to: float = 0.1) -> np.ndarray:
    return to + (CHANCE - to) * np.exp(-np.arange(batches) / 40)


def noisy(batches: int, around: float) -> np.ndarray:
    return around + np.random.default_rng(0).normal(0, 0.02, batches)


def trained(network: NetworkConfig, settings: TrainingConfig) -> Evidence:
    trainer, losses, ends = Trainer(network, settings), [], []
    while trainer.epoch < settings.epochs:
        progress = trainer.advance(60.0)
        losses.append(progress.losses)
        ends.append(progress.epoch_end)
    return Evidence(
        network,
        settings,
        settings.learning_rate,
        np.concatenate(losses),
        [end.training.loss for end in ends if end],
        [end.validation.loss for end in ends if end],
    )


def test_nothing_is_said_before_there_is_something_to_see() -> None:
    assert names(evidence([])) == []
    assert names(evidence(noisy(29, CHANCE))) == []


def test_a_training_that_goes_well_gets_no_hint() -> None:
    losses = falling(1250)
    training = [0.8, 0.2, 0.14, 0.1, 0.07, 0.06, 0.04, 0.035, 0.035, 0.02]
    validation = [0.27, 0.17, 0.12, 0.115, 0.123, 0.094, 0.11, 0.115, 0.105, 0.102]
    healthy = {"conv1": 0.0, "conv2": 0.02, "conv3": 0.17, "dense": 0.31}
    for batches in range(0, 1251, 25):
        epochs = batches // 125
        assert (
            names(
                evidence(
                    losses[:batches],
                    training=training[:epochs],
                    validation=validation[:epochs],
                    dead=healthy,
                )
            )
            == []
        )


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_is_the_only_thing_said(bad: float) -> None:
    settings = TrainingConfig(optimizer="sgd", learning_rate=10.0)
    (hint,) = hints(evidence([2.3, 50.0, bad], settings=settings, dead={"conv1": 1.0}))
    assert hint.kind == "not a number"
    assert isinstance(hint.remedy, StartOver)
    assert settings_of(hint) == replace(settings, learning_rate=1.0)
    assert hint.remedy.network == COURSE


def test_a_rate_that_is_too_high_jumps_and_ends_at_chance() -> None:
    losses = np.concatenate([[2.3, 2.9, 40.0, 90.0, 30.0, 9.0], noisy(60, CHANCE)])
    settings = TrainingConfig(learning_rate=0.1)
    (hint,) = hints(evidence(losses, settings=settings))
    assert hint.kind == "learning rate too high"
    assert (hint.rate, hint.batches) == (0.1, 66)
    assert hint.loss == pytest.approx(CHANCE, abs=0.02)
    assert hint.remedy == StartOver(COURSE, replace(settings, learning_rate=0.01))


def test_a_jump_that_was_overcome_is_no_fault() -> None:
    assert names(evidence(np.concatenate([[2.3, 40.0, 30.0], falling(200)]))) == []


def test_a_rate_that_is_too_low_hardly_moves() -> None:
    settings = TrainingConfig(learning_rate=1e-6)
    (hint,) = hints(evidence(noisy(80, CHANCE), settings=settings))
    assert hint.kind == "learning rate too low"
    assert settings_of(hint).learning_rate == pytest.approx(1e-5)


def test_the_rate_set_by_hand_counts_and_not_the_one_of_the_settings() -> None:
    (hint,) = hints(evidence(noisy(80, CHANCE), rate=1e-6))
    assert hint.kind == "learning rate too low"


def test_the_remedy_for_a_low_rate_never_passes_the_usual_one() -> None:
    settings = TrainingConfig(learning_rate=0.0004)
    (hint,) = hints(evidence(noisy(80, CHANCE), settings=settings))
    assert settings_of(hint).learning_rate == pytest.approx(0.001)


def test_a_loss_that_stays_at_chance_with_a_usual_rate_gets_new_weights() -> None:
    settings = TrainingConfig(optimizer="sgd", learning_rate=0.1, seed=7)
    (hint,) = hints(evidence(noisy(80, CHANCE), settings=settings))
    assert hint.kind == "loss not falling"
    assert settings_of(hint) == TrainingConfig(seed=8)


def test_dead_neurons_are_named_with_their_layer() -> None:
    (hint,) = hints(evidence(falling(200), dead={"conv1": 0.0, "conv2": 0.62, "dense": 0.5}))
    assert hint.kind == "dead ReLUs"
    assert (hint.layer, hint.share) == ("conv2", 0.62)
    assert settings_of(hint).seed == 1


def test_a_validation_loss_that_turns_up_is_overfitting() -> None:
    validation = [0.9, 0.6, 0.5, 0.52, 0.6, 0.66, 0.7]
    training = [1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03]
    found = evidence(falling(300), training=training, validation=validation)
    (hint,) = hints(found)
    assert hint.kind == "overfitting"
    assert hint.best == 3
    assert settings_of(hint).augmentation.shift == 2
    again = replace(found, settings=settings_of(hint))  # it overfits in spite of the remedy
    assert hints(again)[0].remedy == ShowEpoch(3)


def test_noise_of_a_small_validation_loss_is_no_overfitting() -> None:
    validation = [0.05, 0.04, 0.035, 0.045, 0.05, 0.048]
    training = [0.06, 0.03, 0.02, 0.01, 0.005, 0.004]
    assert names(evidence(falling(300), training=training, validation=validation)) == []


def test_both_losses_rising_is_no_overfitting() -> None:
    validation = [0.9, 0.6, 0.5, 0.52, 0.6, 0.66, 0.7]
    training = [1.0, 0.5, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert names(evidence(falling(300), training=training, validation=validation)) == []


def test_real_trainings_are_judged_rightly() -> None:
    short = TrainingConfig(images=400, batch_size=16, epochs=3, learning_rate=0.003)
    assert names(trained(SMALL, short)) == []
    high = names(trained(SMALL, replace(short, learning_rate=3.0)))
    assert high[0] in ("learning rate too high", "not a number")
    assert names(trained(SMALL, replace(short, learning_rate=1e-6))) == ["learning rate too low"]


def test_a_real_training_on_few_digits_overfits() -> None:
    settings = TrainingConfig(images=60, batch_size=16, epochs=40, learning_rate=0.01)
    assert names(trained(SMALL, settings)) == ["overfitting"]
