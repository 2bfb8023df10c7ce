"""What the engine costs and how fast it recovers: `python tests/benchmarks/bench_engine.py`.

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import psutil  # noqa: E402

from model.engine import Actor, DaskEngine, EngineError, EngineLost  # noqa: E402
from model.network import Network, NetworkConfig, weight_shapes  # noqa: E402
from model.network.activations import forward_pass  # noqa: E402
from model.training.config import TrainingConfig  # noqa: E402
from model.training.trainer import Trainer  # noqa: E402
from tests.benchmarks.timing import say, spread  # noqa: E402

SLICE = 0.3  # seconds of training a call, as on the Train page


def seconds_until(true: Callable[[], bool]) -> str:
    began = time.perf_counter()
    while not true():
        time.sleep(0.005)
    return f"{time.perf_counter() - began:.2f} s"


def answers(engine: DaskEngine) -> bool:
    try:
        engine.within(60).run(abs, -1)
    except EngineError:
        return False
    return True


def digit_and_network() -> tuple[Network, np.ndarray]:
    chance = np.random.default_rng(0)
    config = NetworkConfig()
    weights = {
        name: chance.normal(0, 0.05, shape).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return Network(config, weights, "benchmark"), chance.random((28, 28), dtype=np.float32)


def start() -> DaskEngine:
    engine = DaskEngine()
    began = time.perf_counter()
    engine.start()
    say("start() returns after", f"{(time.perf_counter() - began) * 1000:.0f} ms")
    network, digit = digit_and_network()
    engine.within(120).run(forward_pass, network, digit)
    say("start → first answer, TensorFlow included", f"{time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    engine.within(120).run(forward_pass, network, digit)
    say("the second answer", f"{(time.perf_counter() - began) * 1000:.0f} ms")
    return engine


def round_trips(engine: DaskEngine, state: str) -> None:
    network, digit = digit_and_network()
    block = np.zeros((10, 200, 200), np.float32)
    say(f"trivial call, {state}", spread(lambda: engine.run(abs, -1), 300))
    say(f"1.6 MB there and back, {state}", spread(lambda: engine.run(np.negative, block), 100))
    say(
        f"all layers of one digit, {state}",
        spread(lambda: engine.run(forward_pass, network, digit), 300),
    )


def training(engine: DaskEngine) -> None:
    began = time.perf_counter()
    trainer = engine.actor(Trainer, NetworkConfig(), TrainingConfig(epochs=1000))
    trainer.call(Trainer.advance, SLICE)
    say("new training → its first slice is there", f"{time.perf_counter() - began:.2f} s")
    stop = False

    def train() -> None:
        while not stop:
            trainer.call(Trainer.advance, SLICE)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(train)
        round_trips(engine, "while training")
        stop = True
        running.result()


def kill_worker_that_answers(engine: DaskEngine) -> None:
    os.kill(engine.run(os.getpid), signal.SIGKILL)
    say("kill -9 of the answering worker → answer", seconds_until(lambda: answers(engine)))


def kill_worker_that_trains(engine: DaskEngine) -> None:
    process = engine.submit(os.getpid).result(60)
    actor: Actor[list[int]] = engine.actor(list)
    os.kill(process, signal.SIGKILL)

    def lost() -> bool:
        try:
            actor.call(list.__len__)
        except EngineLost:
            return True
        return False

    def replaced() -> bool:
        try:
            engine.actor(list)
        except EngineError:
            return False
        return True

    say("kill -9 of the training worker → its owner knows", seconds_until(lost))
    say("                               → a new actor works", seconds_until(replaced))


def kill_engine(engine: DaskEngine) -> None:
    assert engine.process is not None
    child = psutil.Process(engine.process)
    child.kill()
    child.wait()
    say("kill -9 of the engine → answer", seconds_until(lambda: answers(engine)))


def kill_parent() -> None:
    program = (
        "import time; from model.engine import engine; "
        "engine().within(60).run(abs, -1); print('now', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    family = psutil.Process(parent.pid).children(recursive=True)
    parent.kill()
    parent.wait()

    def gone() -> bool:
        return not any(
            psutil.pid_exists(process.pid) and process.status() != psutil.STATUS_ZOMBIE
            for process in family
        )

    say(f"kill -9 of the parent → its {len(family)} processes are gone", seconds_until(gone))


def main() -> None:
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    engine = start()
    try:
        round_trips(engine, "idle")
        training(engine)
        kill_worker_that_answers(engine)
        kill_worker_that_trains(engine)
        kill_engine(engine)
        began = time.perf_counter()
    finally:
        engine.close()
    say("close()", f"{time.perf_counter() - began:.2f} s")
    kill_parent()
    say("load average after", f"{os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
