import math

import pytest

from model.network import NetworkConfig
from model.training.config import TrainingConfig
from model.training.time_estimate import (
    machine_speed,
    measured_speed,
    multiplications,
    training_seconds,
    work,
)

COURSE = NetworkConfig()


def test_multiplications_of_the_course_network_counted_by_hand() -> None:
    conv1 = 26 * 26 * 32 * 9
    conv2 = 11 * 11 * 64 * 9 * 32
    conv3 = 3 * 3 * 64 * 9 * 64
    dense = 576 * 64 + 64 * 10
    assert multiplications(COURSE) == conv1 + conv2 + conv3 + dense


def test_a_dense_network_multiplies_once_for_each_weight() -> None:
    assert multiplications(NetworkConfig(filters=())) == 784 * 64 + 64 * 10


def test_a_run_is_predicted_from_its_own_speed() -> None:
    """What was measured with the very same settings comes back, but for the validation."""
    speed = machine_speed(COURSE, 32, digits_per_second=2000)
    seconds = training_seconds(COURSE, TrainingConfig(epochs=10), 4000, 0, speed)
    assert seconds == pytest.approx(20)


@pytest.mark.parametrize(
    ("larger", "smaller"),
    [
        (NetworkConfig(filters=(64, 64, 64)), COURSE),
        (NetworkConfig(dense_units=512), COURSE),
        (COURSE, NetworkConfig(filters=(8,))),
        (COURSE, NetworkConfig(filters=())),
    ],
)
def test_more_to_compute_takes_longer(larger: NetworkConfig, smaller: NetworkConfig) -> None:
    assert work(larger, 32) > work(smaller, 32)
    assert work(larger, 8) > work(larger, 32)  # more batches, each with a cost of its own


def test_time_grows_with_digits_epochs_and_validation() -> None:
    def seconds(epochs: int, digits: int, validation: int) -> float:
        return training_seconds(COURSE, TrainingConfig(epochs=epochs), digits, validation, 1e9)

    assert seconds(20, 4000, 500) == pytest.approx(2 * seconds(10, 4000, 500))
    assert seconds(10, 4000, 0) == pytest.approx(2 * seconds(10, 2000, 0))
    assert seconds(1, 4000, 500) > seconds(1, 4000, 0)


def test_the_speed_of_this_machine_is_measured() -> None:
    speed = measured_speed()
    assert math.isfinite(speed)
    assert 1e7 < speed < 1e13
