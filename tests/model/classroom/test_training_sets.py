"""A class's digits as a set to learn from: parted fairly, found again, gone with the class."""

import numpy as np
import pytest

from model.classroom.database import Database
from model.classroom.digits.handwriting import WrittenDigit, ask_for_digits, bring, written_digits
from model.classroom.digits.training_sets import FEWEST, MOST_SETS, kept_set, make_set
from model.classroom.lifecycle import Opened, end_class, open_class
from model.classroom.reasons import ClassError, ClassReason
from model.data import mnist
from model.data.mnist import DataError, DataReason
from model.engine import InlineEngine
from model.network import NetworkConfig
from model.network.shipped import shipped
from model.runs import Cause, Run, RunPhase
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

COUNT = 100


@pytest.fixture
def opened(database: Database) -> Opened:
    opened = open_class(database)
    digits = mnist.embedded().test.take(np.arange(0, 500, 5))
    bring(database, opened.class_id, digits, [False] * COUNT)
    return opened


def written(database: Database, opened: Opened) -> list[WrittenDigit]:
    return written_digits(database, opened.class_id)


def test_each_digit_is_in_one_part_and_each_part_has_all_classes(
    database: Database, opened: Opened
) -> None:
    made = make_set(database, opened.class_id, written(database, opened), held_back=True)
    assert (made.training, made.validation, made.test) == (60, 20, 20)
    kept = kept_set(database, made.id)
    parts = (kept.training, kept.validation, kept.test)
    pictures = {image.tobytes() for part in parts for image in part.images}
    assert pictures == {each.pixels.tobytes() for each in written(database, opened)}
    assert sum(map(len, parts)) == COUNT
    assert set(kept.test.labels.tolist()) == set(range(10))
    whole = make_set(database, opened.class_id, written(database, opened))
    assert (whole.training, whole.validation, whole.test) == (80, 20, 0)


def test_the_same_digits_are_one_set_and_the_oldest_set_goes_first(
    database: Database, opened: Opened
) -> None:
    digits = written(database, opened)
    first = make_set(database, opened.class_id, digits)
    assert make_set(database, opened.class_id, digits[::-1]) == first
    others = [make_set(database, opened.class_id, digits[n:]) for n in range(1, MOST_SETS + 1)]
    with pytest.raises(ClassError):
        kept_set(database, first.id)
    assert len(kept_set(database, others[0].id).training) == others[0].training
    with pytest.raises(ValueError, match=str(FEWEST)):
        make_set(database, opened.class_id, digits[: FEWEST - 1])


def test_a_set_is_gone_with_its_class(database: Database, opened: Opened) -> None:
    made = make_set(database, opened.class_id, written(database, opened))
    ask_for_digits(database, opened.class_id, True)
    end_class(database, opened.class_id)
    with pytest.raises(ClassError) as caught:
        kept_set(database, made.id)
    assert caught.value.reason is ClassReason.OVER


def test_the_shipped_network_is_taught_further_and_no_other_architecture() -> None:
    few = mnist.embedded().validation.take(np.arange(40))
    data = mnist.DataSet(few, few, few)
    settings = TrainingConfig(epochs=1, start="shipped", own="00ff")
    trainer = Trainer(NetworkConfig(), settings, data=data)
    first = trainer.snapshot().weights
    np.testing.assert_array_equal(first[:288], shipped().weights["conv1/kernel"].ravel())
    trainer.advance(60)
    assert not np.array_equal(trainer.snapshot().weights, first)
    with pytest.raises(ValueError, match="shipped"):
        Trainer(NetworkConfig(filters=(2,)), settings, data=data)


@pytest.mark.usefixtures("cache")
def test_a_run_learns_from_its_own_digits_and_says_when_they_are_gone() -> None:
    few = mnist.embedded().validation.take(np.arange(40))
    asked = []

    def own_digits(name: str) -> mnist.DataSet:
        asked.append(name)
        if len(asked) > 1:
            raise DataError(DataReason.OWN_GONE)
        return mnist.DataSet(few, few.take(np.arange(8)), few)

    settings = TrainingConfig(images=40, epochs=1, own="00ff")
    small, engine = NetworkConfig(filters=(2,)), InlineEngine()
    run = Run("Our digits 1", small, settings, engine, own_digits=own_digits)
    state = run.wait_until_idle(60)
    assert state.phase is RunPhase.FINISHED
    assert state.batches == 2  # of 40 digits, and not of 4,000
    run.more(1)
    state = run.wait_until_idle(60)
    assert state.phase is RunPhase.FAILED
    assert state.reason is not None
    assert (state.reason.cause, state.reason.detail) == (Cause.TRAINING_FAILED, DataReason.OWN_GONE)
    assert run.network_at() is not None
    assert asked == ["00ff"] * 2
