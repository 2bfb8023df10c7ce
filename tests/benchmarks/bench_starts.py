"""Fifty people press Start at once: `python tests/benchmarks/bench_starts.py [--rounds 10]`.

In every other round the engine has only just been started, in the others it is warm. It is counted
how many trainings did not end well (none may), how many of those that waited saw their place in the
queue, and how even the turns were: of two people who wait, none gets two turns before the other
gets one.

Options: --starts (50), --rounds (10), --images (640, twenty batches; four slices or so each).

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.engine import DaskEngine
from model.network import NetworkConfig
from model.runs import RunPhase
from model.runs.registry import Runs
from model.runs.worker_loop import WorkerLoop
from model.training.config import TrainingConfig
from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.timing import say

PATIENCE = 1_800.0  # seconds for all of a round
SMALL = NetworkConfig(filters=(2,), dense_units=8)


def in_order() -> list[int]:
    """Note from now on whose turn it was, turn by turn: by the loop's own number."""
    turns: list[int] = []
    train = WorkerLoop._train

    def noted(self: WorkerLoop) -> None:
        turns.append(id(self))
        train(self)

    WorkerLoop._train = noted  # type: ignore[method-assign]
    return turns


def unevenness(turns: list[int]) -> int:
    """By how many turns somebody was ahead of another who wanted one, at most."""
    left, worst = Counter(turns), 0
    had: Counter[int] = Counter()
    for who in turns:
        had[who] += 1
        left[who] -= 1
        behind = min((had[each] for each in left if left[each] > 0), default=had[who])
        worst = max(worst, had[who] - behind)
    return worst


def at_once(engine: DaskEngine, count: int, images: int, turns: list[int]) -> tuple[int, int, int]:
    """How many ended badly, how many saw a place in the queue, and how uneven the turns were."""
    turns.clear()
    runs, barrier = Runs(lambda: engine), threading.Barrier(count)

    def start(number: int) -> tuple[bool, bool]:
        barrier.wait()
        settings = TrainingConfig(epochs=2, images=images, seed=number)
        run = runs.start(f"Run {number}", SMALL, settings)
        placed = run.wait(
            lambda s: s.place_in_queue is not None or not s.phase.moving, PATIENCE
        ).place_in_queue
        state = run.wait(lambda s: not s.phase.moving, PATIENCE)
        if state.phase is not RunPhase.FINISHED:
            print("   ", state.phase, state.reason)
        return state.phase is RunPhase.FINISHED, placed is not None

    with ThreadPoolExecutor(count) as threads:
        ended = list(threads.map(start, range(count)))
    return (
        sum(not well for well, _ in ended),
        sum(placed for _, placed in ended),
        unevenness(turns),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--images", type=int, default=640)
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    turns = in_order()
    with own_cache():
        for number in range(options.rounds):
            cold = number % 2 == 0
            if cold:
                engine = DaskEngine()
                engine.start()  # returns at once: all fifty come while it starts
            began = time.monotonic()
            bad, placed, uneven = at_once(engine, options.starts, options.images, turns)
            say(
                f"{options.starts} starts, {'cold' if cold else 'warm'}: ended badly",
                f"{bad}; {placed} saw a place, {uneven} turns ahead at most, "
                f"{time.monotonic() - began:.0f} s",
                "0",
            )
            if not cold:
                engine.close()
        if options.rounds % 2:
            engine.close()


if __name__ == "__main__":
    main()
