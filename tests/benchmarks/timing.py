"""What several benchmarks share: a line of figures, and the spread of times."""

import math
import statistics
import time
from collections.abc import Callable, Sequence


def say(what: str, figure: str, bar: str = "") -> None:
    """Print one figure, in a column with the others, and the bar that it is held against."""
    print(f"{what:<62} {figure}{f'   (bar: {bar})' if bar else ''}", flush=True)


def spread(call: Callable[[], object], count: int = 100) -> str:
    """Call once to warm up, then so many times, and say median and 95th percentile."""
    call()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return spread_of(times)


def spread_of(times: Sequence[float]) -> str:
    """Say median and 95th percentile of some milliseconds."""
    ordered = sorted(times)
    at = math.ceil(0.95 * len(ordered)) - 1
    return f"median {statistics.median(ordered):6.1f} ms   p95 {ordered[at]:6.1f} ms"
