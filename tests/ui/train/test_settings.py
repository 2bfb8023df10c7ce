import math

import pytest

from model.network import NetworkConfig
from model.training.augmentation import Augmentation
from model.training.config import TrainingConfig
from ui.style.words import duration
from ui.train.export import file_stem
from ui.train.settings import Choice, architecture, setting_words, summary

COURSE = (NetworkConfig(), TrainingConfig())


def test_the_course_in_one_line() -> None:
    assert summary(*COURSE) == (
        "4,000 digits · batches of 32 · Adam, learning rate 0.001 · filters 32–64–64 of 3×3, "
        "64 dense units · seed 0"
    )


def test_what_is_switched_on_is_told() -> None:
    network = NetworkConfig(filters=(8, 8), kernel_size=5, pooling="average", dropout=0.5)
    settings = TrainingConfig(
        data="full",
        images=100,
        optimizer="momentum",
        schedule="cosine",
        patience=3,
        augmentation=Augmentation(shift=2, rotation=10, thickness=0.5),
        seed=7,
    )
    assert summary(network, settings) == (
        "100 digits · batches of 32 · SGD with momentum, learning rate 0.001, falling · filters "
        "8–8 of 5×5, average pooling, 64 dense units, dropout 50% · shifts to 2 px, rotations to "
        "10°, other distortions · early stopping after 3 epochs · seed 7"
    )


def test_a_plain_dense_network_has_no_kernel_and_no_pooling() -> None:
    network = NetworkConfig(filters=(), pooling="average")
    assert architecture(network) == "no filters, 64 dense units"
    words = setting_words(network, TrainingConfig())
    assert words["Kernel"] == words["Pooling"] == words["Filters"] == ""


def test_two_settings_differ_in_words_exactly_where_they_differ() -> None:
    plain = setting_words(*COURSE)
    other = setting_words(COURSE[0], TrainingConfig(learning_rate=0.01, images=500))
    assert {name for name in plain if plain[name] != other[name]} == {"Digits", "Learning rate"}


@pytest.mark.parametrize(
    ("settings", "digits", "batches"),
    [
        (TrainingConfig(), 4_000, 125),
        (TrainingConfig(batch_size=1024), 4_000, 4),
        (TrainingConfig(images=33), 33, 2),
        (TrainingConfig(data="full"), 55_000, 1719),
    ],
)
def test_the_last_batch_of_an_epoch_may_be_smaller(
    settings: TrainingConfig, digits: int, batches: int
) -> None:
    choice = Choice(NetworkConfig(), settings)
    assert (choice.digits, choice.batches) == (digits, batches)


def test_the_numbers_of_digits_are_those_of_the_data() -> None:
    from model.data.mnist import embedded

    choice = Choice(*COURSE)
    assert len(embedded().training) == choice.digits
    assert len(embedded().validation) == choice.validation


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (math.inf, "–"),
        (math.nan, "–"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (80, "1 min 20 s"),
        (3600, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_seconds_as_a_person_says_them(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("origin", "stem"),
    [
        ("Run 1, epoch 3", "run-1-epoch-3"),
        ("../../etc/passwd", "etc-passwd"),
        ("…", "network"),
        ("x" * 200, "x" * 60),
    ],
)
def test_file_names_hold_nothing_but_letters_digits_and_dashes(origin: str, stem: str) -> None:
    assert file_stem(origin) == stem
