"""The engine without processes: it answers, and refuses, as the real one does."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.engine import (
    Engine,
    EngineError,
    EngineFault,
    EngineLost,
    EnginePhase,
    InlineEngine,
    engine,
    using_engine,
)


class Counter:
    def __init__(self, start: int) -> None:
        if start < 0:
            raise ValueError("a counter starts at 0 or above")
        self.value = start

    def add(self, amount: int = 1) -> int:
        self.value += amount
        return self.value


def test_work_is_done_at_once() -> None:
    inline: Engine = InlineEngine()
    inline.start()
    assert inline.state.phase == "ready"
    assert inline.run(int, "ff", base=16) == 255
    assert inline.within(1).run(math.sqrt, 9.0) == 3.0
    pending = inline.submit(math.factorial, 5)
    assert pending.done()
    assert pending.result(1) == 120
    counter = inline.actor(Counter, 7)
    assert counter.call(Counter.add) == 8
    assert counter.call(Counter.add, amount=2) == 10
    assert not counter.lost
    assert not counter.retiring


def test_an_exception_of_the_work_comes_back_as_it_is() -> None:
    inline = InlineEngine()
    with pytest.raises(ValueError, match="math domain error"):
        inline.run(math.sqrt, -1.0)
    failed = inline.submit(math.sqrt, -1.0)  # as in a worker it is seen when the result is fetched
    with pytest.raises(ValueError, match="math domain error"):
        failed.result()
    with pytest.raises(ValueError, match="starts at 0"):
        inline.actor(Counter, -1)
    assert not inline.actors


def test_misuse_is_refused_as_by_the_real_engine() -> None:
    inline = InlineEngine()
    pending = inline.submit(abs, -1)
    pending.cancel()
    with pytest.raises(EngineError) as cancelled:
        pending.result()
    assert cancelled.value.fault is EngineFault.CANCELLED
    counter, other = inline.actor(Counter, 0), inline.actor(Counter, 0)
    counter.close()
    with pytest.raises(EngineLost):
        counter.call(Counter.add)
    inline.close()
    assert other.lost
    for misuse in (
        lambda: inline.run(abs, -1),
        lambda: inline.submit(abs, -1),
        lambda: inline.actor(Counter, 0),
        lambda: other.call(Counter.add),
    ):
        with pytest.raises(EngineError) as closed:
            misuse()
        assert closed.value.fault in {EngineFault.CLOSED, EngineFault.LOST}


@pytest.mark.parametrize("phase", ["starting", "warming", "restarting", "failed"])
def test_an_engine_that_is_not_ready_says_which_phase_it_is_in(phase: EnginePhase) -> None:
    inline = InlineEngine(phase)
    assert inline.state.phase == phase
    with pytest.raises(EngineError) as refused:
        inline.run(abs, -1)
    assert refused.value.fault is EngineFault[phase.upper()]


def test_a_test_can_put_a_fault_before_any_work() -> None:
    seen: list[tuple[object, ...]] = []

    def before(*work: object, **named: object) -> None:
        seen.append(work)
        if work[0] is Counter.add:
            raise EngineLost

    inline = InlineEngine(before=before)
    assert inline.run(abs, -1) == 1
    counter = inline.actor(Counter, 3)
    with pytest.raises(EngineLost):
        counter.call(Counter.add, 2)
    assert seen == [(abs, -1), (Counter, 3), (Counter.add, 2)]


def test_actors_are_those_that_somebody_holds() -> None:
    inline = InlineEngine()
    first, second = inline.actor(Counter, 1), inline.actor(Counter, 2)
    assert set(inline.actors) == {first, second}
    first.close()
    assert inline.actors == (second,)
    second.lost = True
    with pytest.raises(EngineLost):
        second.call(Counter.add)
    del second
    assert not inline.actors


def test_one_thing_is_done_after_the_other() -> None:
    inline, busy = InlineEngine(), threading.Lock()

    def work(number: int) -> int:
        assert busy.acquire(blocking=False)
        busy.release()
        return number

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda n: inline.run(work, n), range(200))) == list(range(200))


def test_the_process_uses_another_engine_for_a_while_in_every_thread() -> None:
    with using_engine(InlineEngine()) as outer:
        assert engine() is outer
        with using_engine(InlineEngine()) as inner, ThreadPoolExecutor(1) as threads:
            assert threads.submit(engine).result() is inner
        assert engine() is outer
