"""What several benchmarks share: a line of figures, and the spread of times."""

import math
import statistics
import time
from collections.abc import Callable, Sequence


def say(what: str, figure: str, bar: str = "") -> None:
    """Print one figure, in a column with the others, and the bar that it is held against."""
    print(f"{what:<62} {figure}{f'   (bar: {bar})' if bar else ''}", flush=True)


def spread(call: Callable[[], object], count: int = 100) -> str:
    """Call once to warm up, then so many times, and say how long it took."""
    call()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return spread_of(times)


def spread_of(times: Sequence[float]) -> str:
    """Say the fastest, the median and the 95th percentile of some milliseconds.

    On a machine that does other things meanwhile, the fastest says most about the program.
    """
    ordered = sorted(times)
    middle, last = statistics.median(ordered), ordered[math.ceil(0.95 * len(ordered)) - 1]
    return f"fastest {ordered[0]:5.1f}   median {middle:6.1f}   p95 {last:6.1f} ms"
