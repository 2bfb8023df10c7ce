"""Training: the same curve however it is cut, Keras' curve within noise, settings that hold."""

import math
from collections.abc import Iterator
from itertools import cycle

import numpy as np
import pytest

from model.data import mnist
from model.network import NetworkConfig, layers, to_vector
from model.network.keras_model import (
    build,
    first_weights,
)
from model.training.augmentation import Augmentation
from model.training.config import RateChange, TrainingConfig, rate_at
from model.training.trainer import Progress, Scores, Snapshot, Trainer, norms, scores, some
from tests.networks import weights_of

SMALL = NetworkConfig(filters=(4, 6), dense_units=12)
SETTINGS = TrainingConfig(images=200, epochs=2)


def train(trainer: Trainer, most: Iterator[int | None], epochs: int = 2) -> list[Progress]:
    slices = []
    while trainer.epoch < epochs:
        slices.append(trainer.advance(5.0, next(most)))
    return slices


def losses(slices: list[Progress]) -> np.ndarray:
    return np.concatenate([progress.losses for progress in slices])


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        (NetworkConfig(), SETTINGS),
        (
            NetworkConfig(filters=(4, 6), dense_units=12, dropout=0.3),
            TrainingConfig(
                images=200,
                epochs=2,
                batch_size=24,
                optimizer="rmsprop",
                schedule="cosine",
                augmentation=Augmentation(shift=2, rotation=10, thickness=0.5),
                seed=3,
            ),
        ),
    ],
)
def test_the_curve_does_not_depend_on_how_it_is_cut(
    network: NetworkConfig, settings: TrainingConfig
) -> None:
    whole = Trainer(network, settings)
    expected = train(whole, cycle([None]))
    again = Trainer(network, settings)
    found = train(again, cycle([1, 2, 3]))
    assert np.array_equal(losses(expected), losses(found))
    assert np.array_equal(whole.snapshot().weights, again.snapshot().weights)
    last, other = expected[-1].epoch_end, found[-1].epoch_end
    assert last is not None
    assert other is not None
    assert last.validation == other.validation
    assert last.training.loss == pytest.approx(other.training.loss, rel=1e-12)


def test_a_run_goes_on_from_a_snapshot_to_the_last_digit() -> None:
    first = Trainer(SMALL, SETTINGS)
    slices = train(first, cycle([None]))
    half = slices[0].epoch_end
    assert half is not None
    kept = half.snapshot
    copied = Snapshot(
        kept.epoch,
        kept.weights.copy(),
        kept.first_moment.copy(),
        kept.second_moment.copy(),
        kept.step,
    )
    second = Trainer(SMALL, SETTINGS, copied)
    assert np.array_equal(losses(train(second, cycle([2]))), slices[1].losses)
    assert np.array_equal(first.snapshot().second_moment, second.snapshot().second_moment)


def test_another_seed_gives_another_curve() -> None:
    other = TrainingConfig(images=200, epochs=2, seed=1)
    curves = [losses(train(Trainer(SMALL, s), cycle([None]))) for s in (SETTINGS, other)]
    assert not np.array_equal(curves[0], curves[1])


def test_changes_of_the_rate_are_repeated_at_their_batches() -> None:
    changes = [RateChange(0, 3, 0.01), RateChange(1, 2, 0.0001)]
    whole = losses(train(Trainer(SMALL, SETTINGS, None, changes), cycle([None])))
    by_hand = Trainer(SMALL, SETTINGS)
    slices = [by_hand.advance(5, 3)]
    by_hand.change_rates(changes[:1])
    slices += [by_hand.advance(5), by_hand.advance(5, 2)]
    by_hand.change_rates(changes)
    slices.append(by_hand.advance(5))
    assert np.array_equal(whole, losses(slices))
    plain = losses(train(Trainer(SMALL, SETTINGS), cycle([None])))
    assert np.array_equal(whole[:4], plain[:4])  # the fourth loss is from before the fourth step
    assert not np.array_equal(whole[4:6], plain[4:6])
    places = ((0, 0), (0, 3), (1, 1), (1, 2))
    assert [rate_at(SETTINGS, changes, *place) for place in places] == [0.001, 0.01, 0.01, 0.0001]


def test_first_weights_are_those_of_keras() -> None:
    config = NetworkConfig(dropout=0.5)
    expected = weights_of(build(config, seed=6), config)
    found = first_weights(config, 6)
    assert list(found) == list(expected)
    assert all(np.array_equal(found[name], expected[name]) for name in found)


def test_norms_are_by_layer() -> None:
    weights = first_weights(SMALL, 2)
    found = norms(SMALL, to_vector(weights))
    assert list(found) == [layer.name for layer in layers(SMALL) if layer.parameters]
    for name, norm in found.items():
        both = np.concatenate([weights[f"{name}/{part}"].ravel() for part in ("kernel", "bias")])
        assert norm == pytest.approx(float(np.sqrt((both.astype(np.float64) ** 2).sum())), rel=1e-5)


def test_progress_tells_what_was_done() -> None:
    trainer = Trainer(SMALL, SETTINGS)
    first, second = trainer.advance(5, 3), trainer.advance(5)
    assert (first.epoch, first.first_batch, first.batches, first.images) == (1, 0, 7, 96)
    assert (second.first_batch, len(second.losses), second.images) == (3, 4, 104)
    assert first.epoch_end is None
    assert second.epoch_end is not None
    assert (
        set(first.gradient_norms)
        == set(first.weight_norms)
        == {"conv1", "conv2", "dense", "output"}
    )
    assert all(norm > 0 for norm in first.gradient_norms.values())
    assert first.weights is not None
    assert second.weights is not None
    assert not np.array_equal(first.weights, second.weights)
    assert trainer.advance(0.0).losses.size >= 1  # however short the time, one batch is done


def test_a_training_that_diverges_says_so_and_goes_on() -> None:
    zeros = np.zeros_like(to_vector(first_weights(SMALL, 0)))
    diverged = Snapshot(0, zeros + np.float32(3e38), zeros, zeros, 0)
    progress = Trainer(SMALL, SETTINGS, diverged).advance(10)
    assert progress.epoch_end is not None
    assert not np.isfinite(progress.losses).all()
    assert math.isnan(progress.epoch_end.validation.loss)


def test_scores_of_a_network_against_a_plain_loop() -> None:
    from model.network import Network
    from model.network.forward import probabilities

    network = Network(SMALL, first_weights(SMALL, 1), "test")
    data = mnist.embedded().validation.take(np.arange(0, 500, 25))
    shares = probabilities(network, data.inputs()).astype(np.float64)
    wrong = [-math.log(p[label]) for p, label in zip(shares, data.labels, strict=True)]
    right = [p.argmax() == label for p, label in zip(shares, data.labels, strict=True)]
    found = scores(network, data)
    assert found.loss == pytest.approx(np.mean(wrong), rel=1e-5)
    assert found.accuracy == pytest.approx(np.mean(right))


def test_some_takes_as_many_of_each_class_as_can_be() -> None:
    data = mnist.embedded().training
    assert np.array_equal(np.bincount(some(data, 25).labels), [3] * 5 + [2] * 5)
    assert len(some(data, None)) == len(some(data, 10_000)) == 4_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch_size": 2000},
        {"learning_rate": 0.0},
        {"learning_rate": math.nan},
        {"images": 9},
        {"seed": -1},
        {"patience": 101},
    ],
)
def test_settings_out_of_range_are_refused_in_words(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must lie between|At least"):
        TrainingConfig(**wrong)  # type: ignore[arg-type]


@pytest.mark.slow
def test_an_epoch_is_as_good_as_one_of_keras_fit() -> None:
    """The loss after one epoch of the course's training, over seeds: within noise of Keras' own."""
    data = mnist.embedded()
    settings = [TrainingConfig(images=1_000, epochs=1, seed=seed) for seed in range(4)]
    part = some(data.training, 1_000)
    course = NetworkConfig()
    model = build(course, 0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    untouched = [variable.numpy() for variable in model.optimizer.variables]

    def ours(setting: TrainingConfig) -> Scores:
        end = train(Trainer(course, setting), cycle([None]), 1)[-1].epoch_end
        assert end is not None
        return end.validation

    def theirs(seed: int) -> float:
        model.set_weights(list(first_weights(course, seed + 100).values()))
        for variable, first in zip(model.optimizer.variables, untouched, strict=True):
            variable.assign(first)
        model.fit(part.inputs()[..., None], part.labels, batch_size=32, verbose=0)
        validation = data.validation
        loss = model.evaluate(validation.inputs()[..., None], validation.labels, verbose=0)
        return float(loss)

    mine = np.array([ours(setting).loss for setting in settings])
    keras = np.array([theirs(seed) for seed in range(4)])
    noise = math.sqrt((mine.var(ddof=1) + keras.var(ddof=1)) / 4)
    assert abs(mine.mean() - keras.mean()) < 4 * noise + 0.02
