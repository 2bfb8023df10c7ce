"""Long work in slices, done in this process."""

import threading
from collections.abc import Sequence
from functools import partial

import pytest

from model.data.mnist import DataError, DataReason
from model.engine import EngineLost
from tests.waiting import wait_until
from ui.state.ask_in_slices import LongWork
from ui.state.reason_words import reason_words

pytestmark = pytest.mark.usefixtures("inline_engine")


def done(value: int, gate: threading.Event | None = None) -> int:
    """The work of a slice: its value is there when `gate` opens."""
    assert gate is None or gate.wait(10)
    return value


def test_results_come_in_order_and_each_slice_sees_those_before() -> None:
    seen: list[tuple[int, ...]] = []

    def begin(before: Sequence[int]) -> partial[int]:
        seen.append(tuple(before))
        return partial(done, len(before))

    work = LongWork(lambda: [begin] * 4)
    work.wait(10)
    assert work.results == (0, 1, 2, 3)
    assert seen == [(), (0,), (0, 1), (0, 1, 2)]
    assert work.complete
    assert not work.moving
    assert work.share == 1
    assert not work.sentence


def test_waiting_for_some_ends_with_the_first_result_or_the_end() -> None:
    gate = threading.Event()
    work = LongWork(
        lambda: [lambda before: partial(done, len(before), gate if before else None)] * 2
    )
    work.wait_for_some(10)
    assert work.results == (0,)
    assert work.moving
    gate.set()
    work.wait(10)

    def broken() -> Sequence:
        raise DataError(DataReason.FULL_MISSING)

    failed: LongWork[int] = LongWork(broken)
    failed.wait_for_some(10)
    assert failed.sentence == reason_words(DataReason.FULL_MISSING)


def test_stopped_work_keeps_what_was_done_and_begins_no_more() -> None:
    gate = threading.Event()
    begun: list[int] = []

    def begin(before: Sequence[int]) -> partial[int]:
        begun.append(len(before))
        return partial(done, len(before), gate if before else None)

    work = LongWork(lambda: [begin] * 5)
    wait_until(lambda: len(begun) == 2, 10, "the second slice has begun")
    work.cancel()
    assert not work.moving
    gate.set()
    work.wait(10)
    assert begun == [0, 1]
    assert work.results == (0,)
    assert not work.complete
    assert work.sentence == "Stopped before the end."


@pytest.mark.parametrize("fault", [EngineLost(), DataError(DataReason.TEST_UNREADABLE)])
def test_a_fault_is_a_sentence(fault: Exception) -> None:
    def begin(before: Sequence[int]) -> partial[int]:
        if before:
            raise fault
        return partial(done, 7)

    work = LongWork(lambda: [begin] * 3)
    work.wait(10)
    assert work.results == (7,)
    assert (work.sentence, work.complete, work.moving) == (reason_words(str(fault)), False, False)


def test_data_that_is_missing_is_said_as_well() -> None:
    def prepare() -> list:
        raise DataError(DataReason.FULL_DAMAGED)

    work = LongWork(prepare)
    work.wait(10)
    assert work.sentence == reason_words(DataReason.FULL_DAMAGED)
    assert work.share == 0


def test_cancelling_after_the_end_changes_nothing() -> None:
    work = LongWork(lambda: [lambda before: partial(done, 1)])
    work.wait(10)
    work.cancel()
    assert work.complete
    assert not work.sentence
