"""What the Judge pages cost, on this machine with whatever else runs on it.

    python tests/benchmarks/bench_judge.py

Reads all 10,000 test digits where full MNIST is on this computer (or else the embedded 500 twenty
times), one robustness curve over 1,000 digits, and meanwhile asks for predictions as another
person would. The bars: 6 s with the first figures after 1 s; 10 s a curve; 250 ms (p95).
"""

import os
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from model.data import mnist  # noqa: E402
from model.engine import engine  # noqa: E402
from model.evaluation.corruptions import RANGES, Corruption, measure  # noqa: E402
from model.evaluation.metrics import SLICE, Evaluation, probabilities_of  # noqa: E402
from model.network.activations import forward_pass  # noqa: E402
from model.network.shipped import shipped  # noqa: E402


def other_person(stop: threading.Event, waits: list[float]) -> None:
    """Ask for a forward pass five times a second and note how long each took."""
    network, digit = shipped(), mnist.embedded().test.inputs()[0]
    while not stop.wait(0.2):
        began = time.perf_counter()
        engine().run(forward_pass, network, digit)
        waits.append(time.perf_counter() - began)


def evaluate() -> None:
    """Time the evaluation as the page does it."""
    began = time.perf_counter()
    if mnist.full_is_here():
        slices = mnist.Selection("full", "test").slices(SLICE)
    else:
        slices = mnist.Selection("embedded", "test").slices(SLICE) * 20
    labels = np.concatenate([part.digits().labels for part in slices])
    parts, first = [], 0.0
    for part in slices:
        parts.append(engine().submit(probabilities_of, shipped(), part).result())
        first = first or time.perf_counter() - began
    found = Evaluation(labels, np.concatenate(parts))
    whole = time.perf_counter() - began
    print(
        f"evaluate: {len(labels):,} digits in {whole:.2f} s (bar: 6), first figures after "
        f"{first:.2f} s (bar: 1), accuracy {found.accuracy:.2%}"
    )


def curves() -> None:
    """Time one curve of each change over 1,000 digits at nine strengths."""
    parts = mnist.Selection(part="unseen").slices(SLICE)
    for change in Corruption:
        began, longest = time.perf_counter(), 0.0
        for strength in RANGES[change].strengths:
            for part in parts:
                slice_began = time.perf_counter()
                engine().submit(measure, shipped(), part, change, strength, part.start).result()
                longest = max(longest, time.perf_counter() - slice_began)
        print(
            f"{change}: {time.perf_counter() - began:.2f} s (bar: 10), longest slice "
            f"{1000 * longest:.0f} ms"
        )


def main() -> None:
    engine().start()
    engine().submit(
        probabilities_of, shipped(), mnist.Selection(part="test")
    ).result()  # the worker is up
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    stop = threading.Event()
    waits: list[float] = []
    thread = threading.Thread(target=other_person, args=(stop, waits))
    thread.start()
    evaluate()
    curves()
    stop.set()
    thread.join()
    print(
        f"predictions of another person meanwhile: {len(waits)}, median "
        f"{1000 * np.median(waits):.0f} ms, p95 {1000 * np.quantile(waits, 0.95):.0f} ms (bar: 250)"
    )
    engine().close()


if __name__ == "__main__":
    main()
