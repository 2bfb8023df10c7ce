"""Live training against plain `model.fit`: `python tests/benchmarks/bench_training.py`.

Live training is a whole run as the Train page drives it: slices through the engine, every batch
recorded, every epoch on disk. Both train the course's network on the 5,000 digits, batch 32, with
validation, in turns, so that both meet the same machine. Options: --epochs (of each, 3),
--repeat (pairs, 3), --trainings (before the worker's memory is read again, 50; 0 leaves that out).

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import psutil  # noqa: E402

from model.data import mnist  # noqa: E402
from model.engine import DaskEngine  # noqa: E402
from model.network import NetworkConfig  # noqa: E402
from model.network.keras_model import build  # noqa: E402
from model.runs import Run, RunPhase  # noqa: E402
from model.runs.registry import Runs  # noqa: E402
from model.training.config import TrainingConfig  # noqa: E402
from tests.benchmarks.own_cache import own_cache  # noqa: E402
from tests.benchmarks.timing import say  # noqa: E402

QUIET_SECONDS = 30  # a worker that has grown is replaced when it has nothing to do

Pair = tuple[float, float]  # seconds, validation accuracy


def wait_for(there: Callable[[], bool]) -> None:
    while not there():
        time.sleep(0.005)


def plain(seed: int, epochs: int) -> Pair:
    """What the plain script does: build, compile, fit."""
    data = mnist.embedded()
    x, y = data.training.inputs()[..., None], data.training.labels
    validation = data.validation.inputs()[..., None], data.validation.labels
    model = build(NetworkConfig(), seed)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    began = time.perf_counter()
    history = model.fit(
        x, y, batch_size=32, epochs=epochs, validation_data=validation, verbose=0
    ).history
    return time.perf_counter() - began, history["val_accuracy"][-1]


def live(runs: Runs, seed: int, epochs: int) -> tuple[float, float, float]:
    """A run: (seconds, validation accuracy, seconds to the first point)."""
    began = time.perf_counter()
    run = runs.start("Run", NetworkConfig(), TrainingConfig(epochs=epochs, seed=seed))
    wait_for(lambda: len(run.state().losses) > 0)
    first = time.perf_counter() - began
    finished(run)
    return time.perf_counter() - began, run.state().history[-1].validation.accuracy, first


def finished(run: Run) -> None:
    wait_for(lambda: not run.state().phase.moving)
    assert run.state().phase is RunPhase.FINISHED, run.state().reason


def speed(runs: Runs, epochs: int, repeat: int) -> None:
    plain(0, 1)  # tracing and first touches are nobody's
    live(runs, 0, 1)
    pairs = [(plain(seed, epochs), live(runs, seed, epochs)) for seed in range(repeat)]
    fits, runs_ = zip(*pairs, strict=True)
    batches = epochs * 125
    for name, times in (("model.fit", fits), ("live", runs_)):
        middle = statistics.median(seconds for seconds, *_ in times)
        say(f"{name}: a batch of 32", f"{middle / batches * 1000:.1f} ms")
    ratios = [run[0] / fit[0] for fit, run in pairs]
    each = " ".join(f"{ratio:.2f}" for ratio in ratios)
    middle = statistics.median(ratios)
    say("live / model.fit, wall time (median; each pair)", f"{middle:.2f}   {each}")
    for name, times in (("model.fit", fits), ("live", runs_)):
        shares = [accuracy for _, accuracy, *_ in times]
        each = " ".join(f"{share:.3f}" for share in shares)
        what = f"{name}: validation accuracy after {epochs} epochs"
        say(what, f"{statistics.mean(shares):.3f}   {each}")
    say("start → first point (median)", f"{statistics.median(r[2] for r in runs_):.2f} s")


def second_person(runs: Runs) -> None:
    first = runs.start("Run", NetworkConfig(), TrainingConfig(epochs=1000))
    wait_for(lambda: len(first.state().losses) > 50)
    began = time.perf_counter()
    second = runs.start("Run", NetworkConfig(), TrainingConfig(epochs=1000, seed=1))
    wait_for(lambda: len(second.state().losses) > 0)
    say("a second person's start → first point", f"{time.perf_counter() - began:.2f} s")
    before = [len(run.state().losses) for run in (first, second)]
    time.sleep(3)
    after = [len(run.state().losses) for run in (first, second)]
    moved = [later - earlier for earlier, later in zip(before, after, strict=True)]
    say("batches of the two in the next 3 s", f"{moved[0]} and {moved[1]}")
    first.stop()
    second.stop()


def memory(engine: DaskEngine, runs: Runs, trainings: int) -> None:
    """The workers' memory before and after many trainings of ten architectures, when idle again."""
    before = resident(engine)
    for number in range(trainings):
        network = NetworkConfig(filters=(8 + 4 * (number % 10), 16))
        finished(runs.start("Run", network, TrainingConfig(images=640, epochs=1, seed=number)))
    at_once = resident(engine)
    time.sleep(QUIET_SECONDS)
    say(
        f"workers' memory: start, after {trainings} trainings, {QUIET_SECONDS} s later",
        f"{before / 1e6:.0f}, {at_once / 1e6:.0f}, {resident(engine) / 1e6:.0f} MB",
        "+100 MB",
    )


def resident(engine: DaskEngine) -> int:
    """Bytes of memory of all processes of the engine."""
    assert engine.process is not None
    family = psutil.Process(engine.process).children(recursive=True)
    if engine.helper is not None:  # the workers are its children
        family += psutil.Process(engine.helper).children(recursive=True)
    return sum(process.memory_info().rss for process in family)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--trainings", type=int, default=50)
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with own_cache():
        engine = DaskEngine()
        engine.start()
        try:
            engine.within(120).run(abs, -1)
            runs = Runs(lambda: engine)
            if options.repeat:
                speed(runs, options.epochs, options.repeat)
            second_person(runs)
            if options.trainings:
                memory(engine, runs, options.trainings)
        finally:
            engine.close()
    say("load average after", f"{os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
