"""What an experiment asks for: `python tests/benchmarks/bench_experiments.py [NAME …] [--whole]`.

Each is begun with its default settings in the app's own engine, with nothing kept from before:
seconds until its first part is there; how long the readings of a person who draws meanwhile take,
five a second; and seconds from Cancel until the worker is free, at three random moments, each
time begun again with the parts that are there. With --whole it then goes on to its end.

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import contextlib
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.engine import DaskEngine
from model.evaluation.reading import read_ink
from model.experiments import NAMES, ExperimentName, experiment
from model.experiments.experiment import Inputs
from model.experiments.study import Studies, Study
from model.network.shipped import shipped
from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.timing import say, spread_of
from tests.pen_messages import digit_sheet

PATIENCE = 900.0
CANCELS = 3
AT_LEAST = 10.0
"""Seconds of readings beside each experiment."""


@contextlib.contextmanager
def drawing(engine: DaskEngine) -> Iterator[list[float]]:
    """Read a digit five times a second; yields the milliseconds that each reading took."""
    ink, took, ended = digit_sheet(3).astype("float32") / 255, [], threading.Event()

    def draw() -> None:
        while not ended.wait(0.2):
            began = time.perf_counter()
            engine.within(PATIENCE).run(read_ink, shipped(), ink)
            took.append(1000 * (time.perf_counter() - began))

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        yield took
    finally:
        ended.set()
        thread.join()


def free_again(study: Study) -> float:
    """Cancel; return the seconds until nothing of the study runs."""
    began = time.monotonic()
    assert study.cancel()
    study.wait(PATIENCE)
    return time.monotonic() - began


def measured(name: ExperimentName, engine: DaskEngine, whole: bool) -> None:
    found = experiment(name)
    inputs = Inputs(network=shipped()) if name == "small" else Inputs()
    study = Studies(lambda: engine).of(found, found.quick, inputs)
    with drawing(engine) as readings:
        began = time.monotonic()
        study.begin()
        study.wait(PATIENCE, count=1)
        first = time.monotonic() - began
        cancels = []
        for _ in range(CANCELS):
            study.wait(1 + 3 * random.random(), count=len(study.plan))
            cancels.append(free_again(study))
            study.begin()
        if whole:
            study.wait(PATIENCE)
        else:
            time.sleep(max(0.0, AT_LEAST - (time.monotonic() - began)))
            cancels.append(free_again(study))
    say(f"{name}: begun → first part", f"{first:.1f} s", "5 s")
    say(f"{name}: cancelled → nothing runs", " ".join(f"{s:.2f}" for s in cancels) + " s", "1 s")
    say(f"{name}: readings meanwhile", spread_of(readings), "p95 250 ms")
    if whole:
        parts = study.state().parts
        seconds = sum(part.seconds for part in parts)
        say(f"{name}: all {len(parts)} parts, cancels included", f"{seconds:.0f} s", "180 s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    parser.add_argument("--whole", action="store_true", help="let each go on to its end")
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with own_cache():
        engine = DaskEngine()
        engine.start()
        while engine.answering < 2:
            time.sleep(0.05)
        engine.run(read_ink, shipped(), digit_sheet(3).astype("float32") / 255)
        for name in options.names or NAMES:
            measured(name, engine, options.whole)
        engine.close()


if __name__ == "__main__":
    main()
