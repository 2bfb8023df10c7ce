"""Runs that all begin at once: they take turns, and each knows when its own comes."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from model.engine import InlineEngine
from model.engine.turns import Turn, Turns, turns_of
from model.network import NetworkConfig
from model.runs import Run, RunPhase
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

SMALL = NetworkConfig(filters=(2,))
MANY = 12


def nothing() -> None:
    """Nobody is told."""


def test_turns_come_in_the_order_of_the_queue() -> None:
    turns, told = Turns(1), list[int]()
    mine = [turns.join(partial(told.append, number)) for number in range(4)]
    assert told == [0]
    assert [turn.place for turn in mine] == [None, 1, 2, 3]
    mine[0].leave()
    mine[2].leave()  # gives its place up
    assert told == [0, 1]
    assert [turn.place for turn in mine] == [None, None, None, 1]
    mine[0].leave()  # once more: nothing
    assert not mine[3].has_come
    mine[1].leave()
    assert mine[3].has_come
    assert turns.sharing == 1


def test_two_have_their_turn_at_once_where_there_is_work_for_two() -> None:
    turns = Turns(2)
    assert [turns.join(nothing).has_come for _ in range(3)] == [True, True, False]
    everybody = Turns(None)
    assert all(everybody.join(nothing).has_come for _ in range(100))


def test_who_waits_is_told_about_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("model.engine.turns.time.monotonic", lambda: now)
    turns = Turns(2)
    first, _, third, fourth = (turns.join(nothing) for _ in range(4))
    assert fourth.seconds is None  # no turn was measured yet
    now = 6.0
    first.leave()
    assert third.seconds is None  # it has come
    assert fourth.seconds == pytest.approx(1 * 6 / 2)


@pytest.mark.parametrize("at_once", [1, 2])
def test_people_share_alike_however_many_runs_each_has(at_once: int) -> None:
    turns, served = Turns(at_once), Counter[str]()
    at_work: deque[Turn] = deque()

    def join(who: str) -> None:
        """Stand in the queue; when the turn has come, it is worked on in its order."""
        waiting.append(turns.join(nothing, who))
        come()

    def come() -> None:
        for turn in [turn for turn in waiting if turn.has_come]:
            waiting.remove(turn)
            at_work.append(turn)

    waiting: list[Turn] = []
    for who in ("fox", "fox", "fox", "owl", "bee"):
        join(who)
    assert [turn.place for turn in waiting][-2:] in ([1, 2], [2, 3])  # before the fox's second
    for _ in range(90):
        turn = at_work.popleft()
        served[str(turn.who)] += 1
        turn.leave()
        come()
        join(str(turn.who))
    assert served["owl"] == pytest.approx(30, abs=2)
    assert served["bee"] == pytest.approx(30, abs=2)


def test_who_is_nobody_stands_behind_those_who_wait_and_not_before_them() -> None:
    turns = Turns(1)
    fox, owl = turns.join(nothing, "fox"), turns.join(nothing, "owl")
    fox.leave()
    experiment, again = turns.join(nothing), turns.join(nothing, "fox")
    assert owl.has_come
    assert (again.place, experiment.place) == (1, 2)
    owl.leave()
    assert again.has_come
    later = turns.join(nothing, "owl")
    again.leave()
    assert experiment.has_come
    assert later.place == 1


def test_who_is_alone_has_all_turns() -> None:
    turns = Turns(2)
    mine = [turns.join(nothing, "fox") for _ in range(3)]
    assert [turn.has_come for turn in mine] == [True, True, False]


@pytest.mark.usefixtures("cache")
def test_many_runs_at_once_see_their_places_and_all_end() -> None:
    gate, order = threading.Event(), list[int]()

    def wait(work: Callable[..., Any], *arguments: Any) -> None:
        gate.wait(60)
        if work is Trainer:
            order.append(arguments[1].seed)

    engine = InlineEngine(before=wait)
    runs = [
        Run(f"Run {seed}", SMALL, TrainingConfig(epochs=1, images=64, seed=seed), engine)
        for seed in range(MANY)
    ]
    served = 2  # the worker has one in hand and one at hand
    for run in runs:
        run.wait(lambda state: state.sharing == MANY, 60)
    places = [run.state().place_in_queue for run in runs]
    assert sorted(place for place in places if place is not None) == [*range(1, MANY - served + 1)]
    waiting = next(run for run in runs if run.state().place_in_queue is not None)
    waiting.pause()
    assert waiting.wait_until_idle(60).phase is RunPhase.PAUSED  # at once, in the middle of it all
    assert waiting.state().place_in_queue is None
    waiting.resume()
    gate.set()
    for run in runs:
        assert run.wait_until_idle(120).phase is RunPhase.FINISHED
    assert sorted(order) == [*range(MANY)]
    assert turns_of(engine).sharing == 0
