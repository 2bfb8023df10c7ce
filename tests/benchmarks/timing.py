"""What several benchmarks share: a line of figures, and the spread of a call's times."""

import statistics
import time
from collections.abc import Callable


def say(what: str, figure: str) -> None:
    """Print one figure, in a column with the others."""
    print(f"{what:<62} {figure}", flush=True)


def spread(call: Callable[[], object], count: int = 100) -> str:
    """Call once to warm up, then so many times, and say median and 95th percentile."""
    call()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return f"median {statistics.median(times):6.1f} ms   p95 {times[int(count * 0.95)]:6.1f} ms"
