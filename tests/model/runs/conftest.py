"""What the tests of runs share."""

import numpy as np
import pytest

from model.runs.registry import Runs
from model.training.trainer import Trainer
from tests.model.runs.faulty import SETTINGS, SMALL, Faulty


@pytest.fixture
def engine() -> Faulty:
    return Faulty()


@pytest.fixture
def registry(engine: Faulty) -> Runs:
    return Runs(lambda: engine)


@pytest.fixture(scope="session")
def expected() -> np.ndarray:
    """The losses of an undisturbed training of five epochs."""
    trainer = Trainer(SMALL, SETTINGS)
    return np.concatenate([trainer.advance(10).losses for _ in range(5)])
