"""Teaching: what is taught is learned, what was known is kept, and nothing is left behind."""

import numpy as np
import pytest

from model.data import mnist
from model.engine import EngineLost, InlineEngine
from model.network import Network
from model.network.shipped import shipped
from model.runs.lesson import Lesson, LessonPhase
from model.training import rehearsal
from model.training.rehearsal import BATCH_SIZE, BATCHES, CORRECTED, Correction, Teacher


def wrongly_labelled(count: int = 2) -> list[Correction]:
    """Test digits with a label that is not theirs: what no network knows beforehand."""
    test = mnist.embedded().test
    ones = np.flatnonzero(test.labels == 1)[:count]
    return [Correction(pixels, 7) for pixels in test.take(ones).inputs()]


def test_it_learns_what_it_is_told_and_keeps_what_it_knew() -> None:
    network = shipped()
    before = {name: array.copy() for name, array in network.weights.items()}
    teacher = Teacher(network, wrongly_labelled(1))
    known, first = teacher.test(), teacher.skill()
    assert first.corrected == 0
    losses: list[float] = []
    while len(losses) < BATCHES:
        progress = teacher.advance(5)
        losses.extend(progress.losses)
    assert len(losses) == BATCHES
    assert progress.skill.batch == BATCHES
    assert progress.skill.corrected == 1
    assert teacher.test() > known - 0.03
    assert teacher.advance(5).losses.size == 0  # the lesson is over
    for name, array in network.weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_slices_do_not_change_what_is_learned() -> None:
    whole, sliced = (Teacher(shipped(), wrongly_labelled(), seed=3) for _ in range(2))
    at_once = whole.advance(60)
    while (progress := sliced.advance(0)).skill.batch < BATCHES:
        assert progress.losses.size == rehearsal.ROUND
    np.testing.assert_allclose(progress.weights, at_once.weights, atol=1e-6)


def test_every_batch_has_corrected_and_rehearsed_digits() -> None:
    order, rehearsed = rehearsal.schedule(3, 4000, seed=0)
    batches = order.reshape(BATCHES, BATCH_SIZE)
    new = batches < 3
    assert (new.sum(axis=1) == CORRECTED).all()
    counts = np.bincount(batches[new])
    assert counts.max() - counts.min() <= 1
    old = batches[~new] - 3
    assert len(set(old.tolist())) == len(rehearsed) == BATCHES * (BATCH_SIZE - CORRECTED)
    few_order, few = rehearsal.schedule(1, 50, seed=0)  # fewer than a lesson needs: again and again
    assert few_order.max() == 50
    assert len(few) == 50


@pytest.mark.parametrize(
    ("corrections", "words"),
    [
        ([], "at least one"),
        ([Correction(np.zeros((28, 27), np.float32), 1)], "28"),
        ([Correction(np.zeros((28, 28), np.float32), 10)], "label"),
        ([Correction(np.full((28, 28), np.nan, np.float32), 1)], "from 0"),
    ],
)
def test_what_cannot_be_taught_is_refused(corrections: list[Correction], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rehearsal.as_digits(corrections)


def test_a_lesson_ends_with_a_network_and_its_figures() -> None:
    engine = InlineEngine()
    state = Lesson(shipped(), wrongly_labelled(1), "Shipped network", engine).wait(120)
    assert state.phase is LessonPhase.DONE
    assert state.share == 1
    assert isinstance(state.network, Network)
    assert state.network.origin == "Shipped network, taught 1 digit"
    assert state.test_before is not None
    assert state.test_after is not None
    assert state.skills[0].corrected == 0
    assert state.skills[-1].corrected == 1
    assert not engine.actors  # nothing stays in the worker


def test_a_lost_worker_changes_nothing_and_says_so() -> None:
    def lose(work: object, *arguments: object) -> None:
        if work is Teacher.advance:
            raise EngineLost

    engine = InlineEngine(before=lose)
    state = Lesson(shipped(), wrongly_labelled(1), "Shipped network", engine).wait(120)
    assert state.phase is LessonPhase.FAILED
    assert state.detail == str(EngineLost())
    assert state.network is None
    assert not engine.actors  # nothing stays in the worker


def test_a_cancelled_lesson_has_no_network() -> None:
    lesson = Lesson(shipped(), wrongly_labelled(1), "Shipped network", InlineEngine())
    lesson.cancel()
    state = lesson.wait(120)
    assert state.phase is LessonPhase.CANCELLED
    assert state.network is None
    assert not state.moving
